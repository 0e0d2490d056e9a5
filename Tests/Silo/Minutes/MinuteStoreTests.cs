using Npgsql;
using Votes.Silo.Minutes;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Minutes;

[NeedsServers]
public sealed class MinuteStoreTests(TestServers servers)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_minute_is_summed_up_once_whoever_does_it()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await ExecuteAsync(
            owner,
            """
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at, counted_at)
            select (array['a', 'b'])[1 + n % 2], gen_random_uuid(), gen_random_uuid(), (array['yes', 'no'])[1 + n % 3 % 2],
                   now(), now() - random() * interval '5 minutes'
              from generate_series(1, 3000) as n;
            update minutes_range set since = since - interval '6 minutes', until = until - interval '6 minutes';
            """);
        await using var service = NpgsqlDataSource.Create(database.SiloConnectionString);
        var store = new MinuteStore(service, Limit, TimeSpan.FromSeconds(1));

        // One that finds the minute taken, or another's statement under way, leaves it; the last calls find nothing left.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SumUpAllAsync(store)));
        await SumUpAllAsync(store);

        Assert.Equal(0L, await ScalarAsync<long>(
            owner,
            """
            select count(*) from (
              select law_id, date_trunc('minute', counted_at), choice, count(*) from vote_audit, minutes_range
               where counted_at < until group by 1, 2, 3
              except select law_id, minute, choice, votes from vote_minutes) as missing
            """));
        Assert.Equal(
            await ScalarAsync<long>(owner, "select count(*) from vote_audit, minutes_range where counted_at < until"),
            await ScalarAsync<long>(owner, "select sum(votes)::bigint from vote_minutes"));
        Assert.True(await ScalarAsync<bool>(owner, "select until > now() - interval '2 minutes' from minutes_range"));
    }

    [Fact]
    public async Task Minute_in_which_a_transaction_began_that_goes_on_waits_for_it()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var service = NpgsqlDataSource.Create(database.SiloConnectionString);

        // Minutes are summed up before they are over, so that the transaction's own is due.
        var store = new MinuteStore(service, Limit, TimeSpan.FromMinutes(-5));
        await using (var connection = await service.OpenConnectionAsync(Cancelled))
        await using (await connection.BeginTransactionAsync(Cancelled))
        {
            await using var command = new NpgsqlCommand("select now()", connection);
            await command.ExecuteScalarAsync(Cancelled);
            await SumUpAllAsync(store);
            Assert.True(await ScalarAsync<bool>(service, "select until <= now() from minutes_range"));
        }

        await SumUpAllAsync(store);
        Assert.True(await ScalarAsync<bool>(service, "select until > now() from minutes_range"));
    }

    [Fact]
    public async Task Votes_whose_transaction_ends_while_it_is_looked_for_are_summed_up()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var service = NpgsqlDataSource.Create(database.SiloConnectionString);

        // Whoever reads the row waits, after its statement's snapshot was taken and before it looks at anything else.
        await ExecuteAsync(
            owner,
            """
            create function wait_for_test() returns boolean language plpgsql as
              $$ begin perform pg_advisory_xact_lock_shared(77); return true; end $$;
            alter table minutes_range enable row level security;
            create policy waits on minutes_range using (wait_for_test());
            """);
        await using var gate = await owner.OpenConnectionAsync(Cancelled);
        await ExecuteAsync(gate, "select pg_advisory_lock(77)");
        await using var before = NpgsqlDataSource.Create(database.ServiceConnectionString);
        await using var voting = await before.OpenConnectionAsync(Cancelled);
        await using var transaction = await voting.BeginTransactionAsync(Cancelled);
        await ExecuteAsync(
            voting,
            """
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at)
            values ('late', gen_random_uuid(), gen_random_uuid(), 'yes', now())
            """);

        var summing = SumUpAllAsync(new MinuteStore(service, Limit, TimeSpan.FromMinutes(-5)));
        while (!await ScalarAsync<bool>(owner, "select exists (select from pg_locks where locktype = 'advisory' and not granted)"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
        }

        await transaction.CommitAsync(Cancelled);
        await ExecuteAsync(gate, "select pg_advisory_unlock(77)");
        await summing;

        Assert.Equal(1L, await ScalarAsync<long>(owner, "select votes from vote_minutes where law_id = 'late'"));
    }

    private static async Task SumUpAllAsync(MinuteStore store)
    {
        while (await store.SumUpAsync(Cancelled) is not null)
        {
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancelled))!;
    }
}
