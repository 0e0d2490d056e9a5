using System.Text;
using Npgsql;
using Votes.Grains.Laws;
using Votes.Ingest.Messages;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>The first and the last moment that the contract takes, as PostgreSQL keeps them.</summary>
[NeedsServers]
public sealed class CastAtBoundsTests(TestServers servers)
{
    [Theory]
    [InlineData("0001-01-01T00:00:00.000001Z", "0001-01-01 00:00:00.000001+00")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31 23:59:59.999999+00")]
    public async Task Moment_is_kept_as_it_was_read(string text, string kept)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var database = await servers.CreateDatabaseAsync(stop);
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString + ";Timezone=UTC");
        Assert.True(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out var microseconds));
        await using var insert = source.CreateCommand(
            """
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at)
            select 'law', gen_random_uuid(), gen_random_uuid(), 'yes', cast_at from unnest($1) as t (cast_at)
            returning cast_at::text
            """);
        insert.Parameters.Add(new NpgsqlParameter<List<DateTime>> { TypedValue = [Micros.ToUtc(microseconds)] });

        Assert.Equal(kept, await insert.ExecuteScalarAsync(stop));
    }
}
