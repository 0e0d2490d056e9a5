using Votes.LoadTest.Verifying;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Watching;

/// <summary>
/// Looks whether every silo counts votes. A silo that was started again counts none until laws have moved back to it: a
/// fault at such a silo would meet nothing to break.
/// </summary>
internal sealed class CountingSilos(Func<IReadOnlyList<ServiceProcess>> silos, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan PageLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _http = new() { Timeout = PageLimit };

    /// <summary>Votes that a silo has counted since it was started.</summary>
    /// <exception cref="HttpRequestException">It does not answer.</exception>
    public async Task<double> CountedAsync(ServiceProcess silo, CancellationToken cancellationToken)
    {
        var page = await _http.GetStringAsync(new Uri($"{silo.Address.Http}/metrics"), cancellationToken);
        return MetricsPage.Sum(page, "votes_settled_total", "outcome", "counted") ?? 0;
    }

    /// <summary>Waits until every silo has counted a vote from now on.</summary>
    /// <returns>The silos that had not within the limit.</returns>
    public async Task<IReadOnlyList<string>> WaitForAllAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var first = new Dictionary<ServiceProcess, double>();
        var idle = silos().ToList();
        while (true)
        {
            foreach (var silo in idle.ToList())
            {
                if (await TryCountedAsync(silo, cancellationToken) is { } counted && !first.TryAdd(silo, counted) &&
                    counted > first[silo])
                {
                    idle.Remove(silo);
                }
            }

            if (idle.Count == 0 || time.GetElapsedTime(started) > limit)
                return [.. idle.Select(silo => silo.Name)];
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<double?> TryCountedAsync(ServiceProcess silo, CancellationToken cancellationToken)
    {
        try
        {
            return await CountedAsync(silo, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            // The next look tells.
            return null;
        }
    }
}
