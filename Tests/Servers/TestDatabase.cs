using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Votes.LocalCluster;
using Votes.Silo.Schema;

namespace Votes.Tests.Servers;

/// <summary>A database of one test class; dropped when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>Password of the roles of db/bootstrap/roles.sql on the shared server.</summary>
    public const string RolePassword = "votes";

    // Roles belong to the whole server: two bootstraps at once would alter the same rows.
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    private readonly PostgresServer _server;

    private TestDatabase(PostgresServer server, string name)
    {
        _server = server;
        Name = name;
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>Connects as the superuser.</summary>
    public string SuperuserConnectionString => _server.SuperuserConnectionString(Name);

    /// <summary>Connects as the owner, who migrates.</summary>
    public string OwnerConnectionString => _server.ConnectionString("votes_owner", RolePassword, Name);

    /// <summary>Connects as silos do.</summary>
    public string SiloConnectionString => _server.ConnectionString("votes_silo", RolePassword, Name);

    /// <summary>Connects as operators' command lines do, and silos and Ingests of the release before.</summary>
    public string ServiceConnectionString => _server.ConnectionString("votes_service", RolePassword, Name);

    /// <summary>Connects as a role of db/bootstrap/roles.sql.</summary>
    public string ConnectionString(string role) => _server.ConnectionString(role, RolePassword, Name);

    /// <summary>Makes a database with roles and rights as an operator does, and no table.</summary>
    public static async Task<TestDatabase> BootstrapAsync(
        PostgresServer server, string name, CancellationToken cancellationToken)
    {
        await OneAtATime.WaitAsync(cancellationToken);
        try
        {
            await server.RunScriptAsync(
                Path.Combine(Repository.Root, "db", "bootstrap", "roles.sql"),
                new Dictionary<string, string?>
                {
                    ["VOTES_OWNER_PASSWORD"] = RolePassword,
                    ["VOTES_SERVICE_PASSWORD"] = RolePassword,
                    ["VOTES_SILO_PASSWORD"] = RolePassword,
                    ["VOTES_INGEST_PASSWORD"] = RolePassword,
                    ["VOTES_READ_PASSWORD"] = RolePassword,
                    ["VOTES_READER_PASSWORD"] = RolePassword,
                    ["VOTES_DATABASE"] = name,
                },
                cancellationToken);
        }
        finally
        {
            OneAtATime.Release();
        }

        return new TestDatabase(server, name);
    }

    /// <summary>Runs db/bootstrap/roles.sql on this database once more, as an operator does for roles that are new.</summary>
    public Task BootstrapAgainAsync(CancellationToken cancellationToken) => BootstrapAsync(_server, Name, cancellationToken);

    /// <summary>Makes a database with the tables that this build brings.</summary>
    public static async Task<TestDatabase> MigrateAsync(
        PostgresServer server, string name, CancellationToken cancellationToken)
    {
        var database = await BootstrapAsync(server, name, cancellationToken);
        await SchemaMigrator.MigrateAsync(database.OwnerConnectionString, NullLogger.Instance, cancellationToken);
        return database;
    }

    /// <summary>Makes a database as a copy of a migrated one, which nobody may be connected to.</summary>
    public static async Task<TestDatabase> CopyAsync(
        PostgresServer server, string name, string template, CancellationToken cancellationToken)
    {
        // Two copies at once would each be the other's "somebody is connected".
        await OneAtATime.WaitAsync(cancellationToken);
        try
        {
            // Owner and rights of the database itself are not copied with what is in it.
            await ExecuteAsync(
                server, $"""create database "{name}" owner votes_owner template "{template}";""", cancellationToken);
            await ExecuteAsync(
                server,
                $"""
                revoke all on database "{name}" from public;
                grant connect on database "{name}" to votes_app, votes_ingest, votes_read, votes_reader;
                """,
                cancellationToken);
        }
        finally
        {
            OneAtATime.Release();
        }

        return new TestDatabase(server, name);
    }

    /// <summary>Makes another database on this one's server, empty, with options of its own.</summary>
    public async Task<TestDatabase> AddSiblingAsync(string options, CancellationToken cancellationToken)
    {
        var name = $"{Name}_sibling";
        await ExecuteAsync(_server, $"""create database "{name}" owner votes_owner {options};""", cancellationToken);
        return new TestDatabase(_server, name);
    }

    /// <summary>Drops the database, whoever is connected to it.</summary>
    public async ValueTask DisposeAsync()
    {
        // A pooled connection would find out about the end of its database only when it is used.
        foreach (var connectionString in
            new[] { SuperuserConnectionString, OwnerConnectionString, ServiceConnectionString })
        {
            await using var connection = new NpgsqlConnection(connectionString);
            NpgsqlConnection.ClearPool(connection);
        }

        await ExecuteAsync(_server, $"""drop database "{Name}" with (force);""", CancellationToken.None);
    }

    private static async Task ExecuteAsync(PostgresServer server, string sql, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(server.SuperuserConnectionString());
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
