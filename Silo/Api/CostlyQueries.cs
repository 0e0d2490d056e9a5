using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Votes.Silo.Api;

/// <summary>
/// Lets few questions at once read many rows: of each kind a few, and of those at most half for one client, so that a client
/// that asks for much waits for itself and not the others for it. Inside the routes rather than before them: who finds the
/// answer cached must not wait here.
/// </summary>
public sealed class CostlyQueries : IDisposable
{
    // A client's own questions that wait for its share; the next is refused.
    private const int WaitingOfOne = 8;

    // All clients' questions that wait for the kind's room, each holding a place of its client's share.
    private const int WaitingForEach = 30;

    private readonly Dictionary<QueryKind, PartitionedRateLimiter<string>> _limiters = [];

    /// <summary>Makes room for each kind.</summary>
    public CostlyQueries(IOptions<ApiOptions> options)
    {
        _limiters[QueryKind.Lists] = LimiterOf(options.Value.CostlyQueriesAtOnce);
        _limiters[QueryKind.Histories] = LimiterOf(options.Value.CostlyQueriesAtOnce);
        _limiters[QueryKind.Stats] = LimiterOf(ApiOptions.StatsAtOnce);
    }

    /// <summary>Asks, as soon as there is room.</summary>
    /// <param name="kind">What is asked.</param>
    /// <param name="client">Whose share it takes: <see cref="Access.Caller.Client"/>.</param>
    /// <param name="query">Asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TooBusyException">Too many wait already, of this client or of all.</exception>
    public async Task<T> RunAsync<T>(
        QueryKind kind, string client, Func<CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        using var lease = await _limiters[kind].AcquireAsync(client, 1, cancellationToken);
        return lease.IsAcquired
            ? await query(cancellationToken)
            : throw new TooBusyException("Too many costly questions wait for an answer already. Try again.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var limiter in _limiters.Values)
        {
            limiter.Dispose();
        }
    }

    /// <summary>First the client's share, then the room: who waits for the share takes no place in the queue of all.</summary>
    private static PartitionedRateLimiter<string> LimiterOf(int atOnce) => PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetConcurrencyLimiter(
            client,
            _ => new ConcurrencyLimiterOptions { PermitLimit = Math.Max(1, atOnce / 2), QueueLimit = WaitingOfOne })),
        PartitionedRateLimiter.Create<string, int>(_ => RateLimitPartition.GetConcurrencyLimiter(
            0, _ => new ConcurrencyLimiterOptions { PermitLimit = atOnce, QueueLimit = WaitingForEach * atOnce })));
}
