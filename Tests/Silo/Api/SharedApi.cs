using Npgsql;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

/// <summary>One silo with an operator's key for all tests of the API, which keep apart by their law ids.</summary>
public sealed class SharedApi(TestServers servers) : IAsyncLifetime
{
    private TestDatabase? _database;

    public ApiSilo Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(CancellationToken.None);
        Silo = await ApiSilo.StartAsync(
            _database.SiloConnectionString,
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)),
            ("Access:ReaderKeySha256", ApiSilo.Hash(ApiSilo.ReaderKey)),

            // All tests ask from one address, many with wrong keys, and some ask again and again until they see something.
            // The limits have tests with silos of their own.
            ("Access:FailuresPerMinute", "100000"),
            ("Api:RequestsPerSecond", "100000"),
            ("Api:RequestBurst", "1000000"),
            ("Live:Heartbeat", "00:00:00.500"));
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database!.OwnerConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        await _database!.DisposeAsync();
    }
}
