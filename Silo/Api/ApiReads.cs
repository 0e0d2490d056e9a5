using Microsoft.Extensions.Options;
using Npgsql;

namespace Votes.Silo.Api;

/// <summary>
/// The database as charts, statistics and exports see it: sessions that can write nothing, of <c>ConnectionStrings:Read</c>
/// where that is set, which may be another role, and another server.
/// </summary>
public sealed class ApiReads : IAsyncDisposable
{
    /// <summary>Opens no connection yet.</summary>
    public ApiReads(IConfiguration configuration, IOptions<ApiOptions> options)
    {
        var connectionString = configuration.GetConnectionString("Read") is { Length: > 0 } read
            ? read
            : configuration.GetConnectionString("Votes");
        Source = NpgsqlDataSource.Create(
            ApiDatabase.Settings(connectionString, options.Value, "votes-read", "-c default_transaction_read_only=on"));
    }

    /// <summary>Its connections.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>A statement with its parameters, in the order of $1, $2 ...; null needs a type.</summary>
    public NpgsqlCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = Source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
