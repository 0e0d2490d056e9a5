using Microsoft.Extensions.Options;
using Npgsql;

namespace Votes.Silo.Api;

/// <summary>
/// Which laws exist. Only an existing law's grain is asked for anything: an activation for every id that somebody makes up
/// would fill the cluster's memory. A law that was found is taken to exist at once, and looked for again behind the
/// answer every few seconds while it is asked for, as an operator may delete it; one that was not found may be there
/// the next time. Thread-safe.
/// </summary>
public sealed class KnownLaws(ApiDatabase database, IOptions<ApiOptions> options, TimeProvider time)
{
    private static readonly TimeSpan CheckedFor = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, long> _checkedAt = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Whether the law exists.</summary>
    public async ValueTask<bool> ExistsAsync(string lawId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_checkedAt.TryGetValue(lawId, out var at))
            {
                if (time.GetElapsedTime(at) >= CheckedFor)
                {
                    _checkedAt[lawId] = time.GetTimestamp();

                    // Observes its own failures. The answer does not wait: without the database, laws that are known
                    // stay known.
                    _ = CheckAgainAsync(lawId);
                }

                return true;
            }
        }

        return await FindAsync(lawId, cancellationToken);
    }

    /// <summary>Forgets a law: the next question goes to the database.</summary>
    public void Forget(string lawId)
    {
        lock (_gate)
        {
            _checkedAt.Remove(lawId);
        }
    }

    private async Task<bool> FindAsync(string lawId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "SELECT FROM laws WHERE law_id = $1 AND deleted_at IS NULL", new NpgsqlParameter { Value = lawId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            Forget(lawId);
            return false;
        }

        Remember(lawId);
        return true;
    }

    private async Task CheckAgainAsync(string lawId)
    {
        try
        {
            await FindAsync(lawId, CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            // Looked for again in a few seconds.
        }
    }

    private void Remember(string lawId)
    {
        lock (_gate)
        {
            // Rarely full; to begin anew then costs a look-up a law, and keeping an order would cost each request.
            if (_checkedAt.Count >= options.Value.RememberedLaws)
            {
                _checkedAt.Clear();
            }

            _checkedAt[lawId] = time.GetTimestamp();
        }
    }
}
