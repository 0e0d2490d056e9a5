using Votes.LoadTest.Verifying;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Watching;

/// <summary>
/// Looks whether each of a set of processes does its share. A silo that was started again counts nothing until laws have
/// moved back to it: a fault at such a silo would meet nothing to break. An Ingest that settles nothing goes unnoticed
/// as long as another one does the work.
/// </summary>
internal sealed class WorkingServices(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan PageLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _http = new() { Timeout = PageLimit };

    /// <summary>Votes that a silo has counted, or messages that an Ingest has settled, since it was started.</summary>
    /// <exception cref="HttpRequestException">It does not answer.</exception>
    public async Task<double> WorkOfAsync(ServiceProcess service, CancellationToken cancellationToken)
    {
        var page = await _http.GetStringAsync(new Uri($"{service.Address.Http}/metrics"), cancellationToken);
        return service.Address.Kind == ServiceKind.Silo
            ? MetricsPage.Sum(page, "votes_settled_total", "outcome", "counted") ?? 0
            : MetricsPage.Value(page, "batch_size_processed_total") ?? 0;
    }

    /// <summary>Waits until every one of them has done some work from now on.</summary>
    /// <returns>The names of those that had not within the limit.</returns>
    public async Task<IReadOnlyList<string>> WaitForAllAsync(
        IEnumerable<ServiceProcess> services, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var first = new Dictionary<ServiceProcess, double>();
        var idle = services.ToList();
        while (true)
        {
            foreach (var service in idle.ToList())
            {
                if (await TryWorkOfAsync(service, cancellationToken) is { } work && !first.TryAdd(service, work) &&
                    work > first[service])
                {
                    idle.Remove(service);
                }
            }

            if (idle.Count == 0 || time.GetElapsedTime(started) > limit)
                return [.. idle.Select(service => service.Name)];
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<double?> TryWorkOfAsync(ServiceProcess service, CancellationToken cancellationToken)
    {
        try
        {
            return await WorkOfAsync(service, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            // The next look tells.
            return null;
        }
    }
}
