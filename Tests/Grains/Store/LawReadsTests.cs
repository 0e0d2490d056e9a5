using Npgsql;
using Votes.Grains.Laws;
using Votes.Grains.Store;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Grains.Store;

/// <summary>What a silo reads of laws that people edit, on a real PostgreSQL.</summary>
[NeedsServers]
public sealed class LawReadsTests(TestServers servers) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _owner = null!;
    private PostgresTallyStore _store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Stop);
        _owner = NpgsqlDataSource.Create(_database.OwnerConnectionString);
        _store = new PostgresTallyStore(_database.SiloConnectionString, lanes: 1, TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _owner.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Changed_laws_are_those_changed_since_then()
    {
        var before = await _store.LoadChangedLawsAsync(null, static () => [], Stop);
        Assert.Empty(before.Laws);
        await ExecuteAsync("INSERT INTO laws (law_id, title) VALUES ('changed', 'A law')");

        var after = await _store.LoadChangedLawsAsync(before.AsOf, static () => [], Stop);
        Assert.Equal(["changed"], after.Laws.Select(static law => law.LawId));
    }

    [Fact]
    public async Task An_edit_is_seen_however_late_it_commits()
    {
        var asOf = (await _store.LoadChangedLawsAsync(null, static () => [], Stop)).AsOf;
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        await using var edit = await connection.BeginTransactionAsync(Stop);
        await ExecuteAsync(connection, "UPDATE laws SET closes_at = '2026-01-02Z' WHERE law_id = 'law-2026-001'");

        // Looks and other edits, as many as there may be in any time, do not bring it nearer to being passed over.
        for (var look = 0; look < 3; look++)
        {
            await ExecuteAsync($"UPDATE laws SET title = 'look {look}' WHERE law_id = 'law-2026-002'");
            var changed = await _store.LoadChangedLawsAsync(asOf, static () => [], Stop);
            Assert.Equal(["law-2026-002"], changed.Laws.Select(static law => law.LawId));
            asOf = changed.AsOf;
        }

        await edit.CommitAsync(Stop);
        var after = await _store.LoadChangedLawsAsync(asOf, static () => [], Stop);
        Assert.Contains(after.Laws, static law => law.LawId == "law-2026-001" && law.ClosesAt is not null);
    }

    [Fact]
    public async Task After_another_server_has_taken_over_the_known_laws_are_read_anew()
    {
        var asOf = (await _store.LoadChangedLawsAsync(null, static () => [], Stop)).AsOf;
        string[] known = ["law-2026-001", "law-2026-002", "a law that is gone"];
        foreach (var other in new[]
        {
            asOf with { ServerStarted = asOf.ServerStarted.AddSeconds(-1) },
            asOf with { Horizon = asOf.Horizon + 1_000_000 },
        })
        {
            var changed = await _store.LoadChangedLawsAsync(other, () => known, Stop);
            Assert.Equal(known[..2], changed.Laws.Select(static law => law.LawId).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("20261-12-24 18:00+00")]
    [InlineData("10000-01-01 00:00+00")]
    [InlineData("infinity")]
    [InlineData("-infinity")]
    [InlineData("0001-12-31 23:59+00 BC")]
    public async Task A_time_outside_of_the_years_1_to_9999_is_refused(string time)
    {
        foreach (var column in new[] { "opens_at", "closes_at", "created_at" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(
                () => ExecuteAsync($"UPDATE laws SET {column} = '{time}' WHERE law_id = 'law-2026-001'"));
            Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        }

        await ExecuteAsync("UPDATE laws SET opens_at = '0001-01-01Z', closes_at = '9999-12-31 23:59:59.999999Z'");
    }

    [Fact]
    public async Task A_row_from_before_the_constraints_is_read_as_what_its_times_mean()
    {
        await ExecuteAsync("""
            ALTER TABLE laws DROP CONSTRAINT laws_opens_at_ck, DROP CONSTRAINT laws_closes_at_ck;
            UPDATE laws SET opens_at = '-infinity', closes_at = '20261-12-24 18:00+00' WHERE law_id = 'law-2026-001';
            UPDATE laws SET opens_at = '4000-01-01 BC', closes_at = 'infinity' WHERE law_id = 'law-2026-002';
            """);
        var laws = await _store.LoadAsync(["law-2026-001", "law-2026-002", "law-2026-003"], Stop);

        Assert.Equal(3, laws.Count);
        foreach (var lawId in new[] { "law-2026-001", "law-2026-002" })
        {
            Assert.Equal(0001, laws[lawId].Law.OpensAt!.Value.Year);
            Assert.Equal(9999, laws[lawId].Law.ClosesAt!.Value.Year);
        }

        var changed = await _store.LoadChangedLawsAsync(new LawsAsOf(0, await StartedAsync()), static () => [], Stop);
        Assert.Equal(2, changed.Laws.Count);
    }

    private async Task<DateTimeOffset> StartedAsync() =>
        (await _store.LoadChangedLawsAsync(null, static () => [], Stop)).AsOf.ServerStarted;

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        await ExecuteAsync(connection, sql);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
