using Npgsql;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Schema;

/// <summary>What an analyst reads: docs/SCHEMA.md, and the comments in the database.</summary>
[NeedsServers]
public sealed class SchemaDocumentTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    private readonly SchemaDatabase _database = migrated.Database;

    [Fact]
    public async Task Every_table_view_column_and_function_has_a_comment() => Assert.Empty(await SchemaDatabase.QueryAsync(
        _database.Owner,
        """
        select c.relname from pg_class c
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and obj_description(oid, 'pg_class') is null
        union all
        select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and attnum > 0 and not attisdropped
           and col_description(c.oid, attnum) is null
        union all
        select proname::text from pg_proc
         where pronamespace = 'public'::regnamespace and obj_description(oid, 'pg_proc') is null
         order by 1
        """));

    [Fact]
    public async Task The_queries_of_the_document_run_as_the_reader()
    {
        var text = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "docs", "SCHEMA.md"), TestContext.Current.CancellationToken);
        var queries = text.Split("```sql\n")[1..].Select(static part => part.Split("```")[0]).ToArray();
        await using var reader = NpgsqlDataSource.Create(_database.ConnectionString("votes_reader"));

        Assert.Equal(6, queries.Length);
        foreach (var query in queries)
        {
            await SchemaDatabase.QueryAsync(reader, query);
        }
    }

    [Fact]
    public async Task Votes_by_choice_add_up_by_minute_and_by_hour()
    {
        await SchemaDatabase.QueryAsync(
            _database.Owner,
            """
            insert into vote_minutes (law_id, minute, choice, votes) values
              ('sums', '2026-03-01T12:00Z', 'yes', 2), ('sums', '2026-03-01T12:59Z', 'yes', 3),
              ('sums', '2026-03-01T12:59Z', 'no', 1), ('sums', '2026-03-01T13:00Z', 'yes', 4)
            """);

        Assert.Equal(
            ["12:00|yes|2|2", "12:59|no|1|1", "12:59|yes|3|5", "13:00|yes|4|9"],
            await RowsAsync("minute"));
        Assert.Equal(["12:00|no|1|1", "12:00|yes|5|5", "13:00|yes|4|9"], await RowsAsync("hour"));

        Task<string[]> RowsAsync(string unit) => SchemaDatabase.QueryAsync(
            _database.Service,
            $"select to_char({unit} at time zone 'UTC', 'HH24:MI'), choice, votes, votes_so_far "
                + $"from choices_by_{unit} where law_id = 'sums' order by {unit}, choice");
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 2, 3)]
    [InlineData(1, 5, 1_000_000)]
    [InlineData(0, 0, 7)]
    public async Task Shares_of_a_law_add_up_to_one(int yes, int no, int abstain)
    {
        var law = $"shares-{yes}-{no}-{abstain}";
        await SchemaDatabase.QueryAsync(_database.Owner, "insert into laws (law_id) values ($1)", law);
        await SchemaDatabase.QueryAsync(
            _database.Owner,
            "insert into vote_results (law_id, choice, total) values ($1, 'yes', $2), ($1, 'no', $3), ($1, 'abstain', $4)",
            law,
            (long)yes,
            (long)no,
            (long)abstain);

        Assert.Equal(
            ["1.000000|True"],
            await SchemaDatabase.QueryAsync(
                _database.Service,
                "select sum(share), bool_and(abs(share - total::numeric / law_total) <= 0.000001) from law_totals where law_id = $1",
                law));
    }
}
