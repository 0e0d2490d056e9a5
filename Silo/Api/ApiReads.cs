using Microsoft.Extensions.Options;

namespace Votes.Silo.Api;

/// <summary>
/// The database as charts, statistics and exports see it: sessions that can write nothing, of <c>ConnectionStrings:Read</c>
/// where that is set, which may be another role, and another server.
/// </summary>
/// <param name="configuration">Holds ConnectionStrings:Read or ConnectionStrings:Votes.</param>
/// <param name="options">The limits.</param>
public sealed class ApiReads(IConfiguration configuration, IOptions<ApiOptions> options)
    : ApiConnections(ApiDatabase.Settings(
        configuration.GetConnectionString("Read") is { Length: > 0 } read ? read : configuration.GetConnectionString("Votes"),
        options.Value,
        "votes-read",
        "-c default_transaction_read_only=on"))
{
}
