using Votes.LoadTest;

namespace Votes.Bench.Running;

/// <summary>Reads the metrics pages each 5 s until it is disposed, as a Prometheus server does, if less often.</summary>
internal sealed class MetricsScraper : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Task _running;

    /// <summary>Starts reading.</summary>
    public MetricsScraper(IReadOnlyList<Uri> pages, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _running = Task.Run(() => RunAsync(pages, _stop.Token), CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static async Task RunAsync(IReadOnlyList<Uri> pages, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var timer = new PeriodicTimer(WaitLimits.Scrape, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var page in pages)
            {
                try
                {
                    await http.GetByteArrayAsync(page, cancellationToken);
                }
                catch (HttpRequestException)
                {
                    // A scrape that fails is left out, as it would be elsewhere; the drain tells what is wrong.
                }
            }
        }
    }
}
