using Microsoft.Extensions.Options;
using Npgsql;

namespace Votes.Silo.Api;

/// <summary>
/// Which laws exist. Only an existing law's grain is asked for anything: an activation for every id that somebody makes up
/// would fill the cluster's memory. Laws are not deleted, so a law that was found once needs no look at the database
/// again; one that was not found may be there the next time. Thread-safe.
/// </summary>
public sealed class KnownLaws(ApiDatabase database, IOptions<ApiOptions> options)
{
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Whether the law exists.</summary>
    public async ValueTask<bool> ExistsAsync(string lawId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_found.Contains(lawId))
            {
                return true;
            }
        }

        await using var command = database.Command("SELECT FROM laws WHERE law_id = $1", new NpgsqlParameter { Value = lawId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return false;
        }

        Remember(lawId);
        return true;
    }

    private void Remember(string lawId)
    {
        lock (_gate)
        {
            // Rarely full; to begin anew then costs a look-up a law, and keeping an order would cost each request.
            if (_found.Count >= options.Value.RememberedLaws)
            {
                _found.Clear();
            }

            _found.Add(lawId);
        }
    }
}
