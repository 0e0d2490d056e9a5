using Npgsql;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Schema;

/// <summary>
/// A database of its own on a real PostgreSQL, made by <c>db/bootstrap/roles.sql</c> as an operator makes it, and
/// dropped in the end.
/// </summary>
public sealed class SchemaDatabase : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private SchemaDatabase(TestDatabase database)
    {
        _database = database;
        Owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        Service = NpgsqlDataSource.Create(database.ServiceConnectionString);
    }

    public string OwnerConnectionString => _database.OwnerConnectionString;

    public string ServiceConnectionString => _database.ServiceConnectionString;

    public NpgsqlDataSource Owner { get; }

    /// <summary>Connects as a role of db/bootstrap/roles.sql.</summary>
    public string ConnectionString(string role) => _database.ConnectionString(role);

    /// <summary>Connects as silos and ingests do.</summary>
    public NpgsqlDataSource Service { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Creates a database without tables.</summary>
    public static async Task<SchemaDatabase> CreateAsync() =>
        new(await (await ServersAsync()).CreateEmptyDatabaseAsync(Cancelled));

    /// <summary>Creates a database with the schema that this build brings.</summary>
    public static async Task<SchemaDatabase> CreateMigratedAsync() =>
        new(await (await ServersAsync()).CreateDatabaseAsync(Cancelled));

    /// <summary>Runs db/bootstrap/roles.sql once more.</summary>
    public Task BootstrapAgainAsync() => _database.BootstrapAgainAsync(Cancelled);

    /// <summary>Creates another database on the same server, as <c>create database</c> makes it with these options.</summary>
    public async Task<SchemaDatabase> AddSiblingAsync(string options) =>
        new(await _database.AddSiblingAsync(options, Cancelled));

    /// <summary>Runs a statement and gives its rows as text, columns joined by <c>|</c>, null as <c>-</c>.</summary>
    public static async Task<string[]> QueryAsync(NpgsqlDataSource dataSource, string sql, params object[] parameters)
    {
        await using var command = dataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancelled))
        {
            var columns = Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-" : $"{reader[i]}");
            rows.Add(string.Join('|', columns));
        }

        return [.. rows];
    }

    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        await Service.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task<TestServers> ServersAsync() =>
        await TestContext.Current.GetFixture<TestServers>()
        ?? throw new InvalidOperationException("The test run has no servers.");
}
