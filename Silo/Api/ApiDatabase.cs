using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Votes.Silo.Api;

/// <summary>
/// The database as the API sees it: connections of its own, so that many questions can never keep the cluster's membership
/// or the count waiting, each statement with a time limit that the server itself keeps.
/// </summary>
public sealed class ApiDatabase : IAsyncDisposable
{
    private const int ConnectSeconds = 5;

    /// <summary>Opens no connection yet.</summary>
    public ApiDatabase(IConfiguration configuration, IOptions<ApiOptions> options)
    {
        var limit = options.Value.QueryTimeout;
        var milliseconds = ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var settings = new NpgsqlConnectionStringBuilder(configuration.GetConnectionString("Votes"))
        {
            ApplicationName = "votes-api",
            MaxPoolSize = options.Value.Connections,
            MinPoolSize = 0,
            Timeout = ConnectSeconds,

            // The server ends a statement first; this is for a server that does not answer at all.
            CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds) + 1,
        };
        settings.Options = $"{settings.Options} -c statement_timeout={milliseconds}".Trim();
        Source = NpgsqlDataSource.Create(settings);
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
