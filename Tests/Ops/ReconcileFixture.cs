using System.Globalization;
using Npgsql;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Store;
using Votes.Ops.CommandLine;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ops;

/// <summary>A database that votes are counted into by the real store, and the command line that recounts it.</summary>
internal sealed class ReconcileFixture : IAsyncDisposable
{
    public const int Lanes = 4;

    private readonly TestDatabase _database;

    private ReconcileFixture(TestDatabase database)
    {
        _database = database;
        Owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        Store = new PostgresTallyStore(database.ServiceConnectionString, Lanes, TimeSpan.FromSeconds(60));
    }

    public NpgsqlDataSource Owner { get; }

    public PostgresTallyStore Store { get; }

    public string ServiceConnectionString => _database.ServiceConnectionString;

    public string OwnerConnectionString => _database.OwnerConnectionString;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<ReconcileFixture> CreateAsync(TestServers servers) =>
        new(await servers.CreateDatabaseAsync(Stop));

    public Task<(int Status, string Output, string Errors)> RunAsync(params string[] args) =>
        RunAsAsync(_database.ServiceConnectionString, args);

    public static Task<(int Status, string Output, string Errors)> RunAsAsync(string database, params string[] args) =>
        RunCommandAsync(database, ["reconcile", .. args]);

    public static async Task<(int Status, string Output, string Errors)> RunCommandAsync(
        string database, params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var errors = new StringWriter(CultureInfo.InvariantCulture);
        var status = await new Commands(DeadLetterFixture.Console(output), errors).RunAsync(
            [.. args, "--postgres-url", database], Stop);
        return (status, output.ToString(), errors.ToString());
    }

    public Task<FlushResult> CountAsync(string law, params CastVote[] votes) => CountAsync(0, law, votes);

    public Task<FlushResult> CountAsync(int lane, string law, params CastVote[] votes)
    {
        var rows = new FlushRows();
        foreach (var vote in votes)
            rows.Add(law, vote);
        return Store.WriteAsync(lane, rows, Stop);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    public async Task<long> ScalarAsync(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Owner.DisposeAsync();
        await _database.DisposeAsync();
    }
}
