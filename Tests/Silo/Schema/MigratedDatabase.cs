using Xunit;

namespace Votes.Tests.Silo.Schema;

/// <summary>One migrated database for the tests of a class, which keep apart by their law ids.</summary>
public sealed class MigratedDatabase : IAsyncLifetime
{
    private SchemaDatabase? _database;

    public SchemaDatabase Database => _database ?? throw new InvalidOperationException("The database is not created.");

    public async ValueTask InitializeAsync() => _database = await SchemaDatabase.CreateMigratedAsync();

    public ValueTask DisposeAsync() => _database?.DisposeAsync() ?? ValueTask.CompletedTask;
}
