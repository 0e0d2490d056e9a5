using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Votes.Silo.Api;

/// <summary>
/// The database as the API sees it: connections of its own, so that many questions can never keep the cluster's membership
/// or the count waiting, each statement with a time limit that the server itself keeps. Laws are written by it; what only
/// reads and is large goes by <see cref="ApiReads"/>.
/// </summary>
/// <param name="configuration">Holds ConnectionStrings:Votes.</param>
/// <param name="options">The limits.</param>
public sealed class ApiDatabase(IConfiguration configuration, IOptions<ApiOptions> options)
    // A law that is closed stays closed after a crash, whatever the role's default.
    : ApiConnections(Settings(
        configuration.GetConnectionString("Votes"), options.Value, "votes-api", "-c synchronous_commit=on"))
{
    private const int ConnectSeconds = 5;

    /// <summary>The API's connections: few, each statement with a time limit.</summary>
    internal static NpgsqlConnectionStringBuilder Settings(
        string? connectionString, ApiOptions options, string name, string session)
    {
        var limit = options.QueryTimeout;
        var milliseconds = ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = name,
            MaxPoolSize = options.Connections,
            MinPoolSize = 0,
            Timeout = ConnectSeconds,

            // The server ends a statement first; this is for a server that does not answer at all.
            CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds) + 1,
        };
        settings.Options = $"{settings.Options} -c statement_timeout={milliseconds} {session}".Trim();
        return settings;
    }
}
