using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Votes.Silo.Api;

/// <summary>
/// Lets few questions at once read many rows. Inside the routes rather than before them: whoever finds the answer cached
/// must not wait here.
/// </summary>
public sealed class CostlyQueries(IOptions<ApiOptions> options) : IDisposable
{
    private const int WaitingForEach = 10;

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.CostlyQueriesAtOnce,
        QueueLimit = WaitingForEach * options.Value.CostlyQueriesAtOnce,
    });

    /// <summary>Asks, as soon as there is room.</summary>
    /// <exception cref="TooBusyException">Too many wait already.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        using var lease = await _limiter.AcquireAsync(1, cancellationToken);
        return lease.IsAcquired
            ? await query(cancellationToken)
            : throw new TooBusyException("Too many costly questions wait for an answer already. Try again.");
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();
}
