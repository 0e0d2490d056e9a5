using Npgsql;

namespace Votes.Silo.Api;

/// <summary>A pool of connections of the API. Opens none before it is used.</summary>
/// <param name="settings">How it connects.</param>
public abstract class ApiConnections(NpgsqlConnectionStringBuilder settings) : IAsyncDisposable
{
    /// <summary>Its connections.</summary>
    public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(settings);

    /// <summary>A statement with its parameters, in the order of $1, $2 ...; null needs a type.</summary>
    public NpgsqlCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = Source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
