namespace Votes.LoadTest.Verifying;

/// <summary>Asks the Ingests' metrics pages how many messages came out as redelivered.</summary>
internal sealed class OutcomeMetrics : IDisposable
{
    private static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<Uri> _pages;
    private readonly HttpClient _http = new() { Timeout = PageTimeout };

    public OutcomeMetrics(Endpoints endpoints) => _pages = endpoints.MetricsUrls;

    /// <summary>
    /// The figure of each page that shows one; pages that do not answer, and silos' pages, are absent.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, double>> RedeliveredAsync(CancellationToken cancellationToken)
    {
        var figures = await Task.WhenAll(_pages.Select(page => FigureAsync(page, cancellationToken)));
        return _pages.Zip(figures).Where(pair => pair.Second is not null)
            .ToDictionary(pair => pair.First.ToString(), pair => pair.Second!.Value, StringComparer.Ordinal);
    }

    /// <summary>
    /// By how much the figures grew; null where they cannot tell: no page, or one that is gone or started anew.
    /// </summary>
    public static long? Growth(
        IReadOnlyDictionary<string, double> before, IReadOnlyDictionary<string, double> after)
    {
        if (before.Count == 0 || before.Any(page => !after.TryGetValue(page.Key, out var now) || now < page.Value))
            return null;
        return (long)(after.Values.Sum() - before.Values.Sum());
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<double?> FigureAsync(Uri page, CancellationToken cancellationToken)
    {
        try
        {
            var text = await _http.GetStringAsync(page, cancellationToken);
            // An Ingest that has redelivered nothing yet shows no such series, but it shows the metric's others.
            return MetricsPage.Sum(text, "votes_outcomes_total", "outcome", "redelivered")
                ?? (text.Contains("votes_outcomes_total", StringComparison.Ordinal) ? 0 : null);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
