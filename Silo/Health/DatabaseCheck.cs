using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Votes.Security;

namespace Votes.Silo.Health;

/// <summary>
/// Unhealthy while the database does not answer; degraded while it answers and takes no writes, as a standby does.
/// </summary>
public sealed class DatabaseCheck(NpgsqlDataSource dataSource) : IHealthCheck
{
    // On in a standby, and where the role, the database or the server is set so.
    private const string Ask = "select current_setting('transaction_read_only')::boolean";

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await IsReadOnlyAsync(dataSource, cancellationToken)
                ? HealthCheckResult.Degraded($"No vote becomes durable. {DatabaseErrors.ReadOnly}")
                : HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"The database does not answer: {DatabaseErrors.Tell(exception)}");
        }
    }

    /// <summary>Whether the database takes no writes.</summary>
    /// <exception cref="NpgsqlException">It does not answer.</exception>
    internal static async Task<bool> IsReadOnlyAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Ask);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
