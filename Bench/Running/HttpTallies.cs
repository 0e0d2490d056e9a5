namespace Votes.Bench.Running;

/// <summary>Asks the silos' HTTP API for totals, each silo in its turn, as browsers and other programs do.</summary>
internal sealed class HttpTallies(IReadOnlyList<Uri> silos) : ITallySource
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new() { Timeout = Timeout };
    private int _asked;

    /// <inheritdoc/>
    public int QuestionsPerSecond => 200;

    /// <inheritdoc/>
    public async Task AskAsync(string lawId, CancellationToken cancellationToken)
    {
        var silo = silos[(int)((uint)Interlocked.Increment(ref _asked) % (uint)silos.Count)];
        await _http.GetByteArrayAsync(
            new Uri(silo, $"/api/laws/{Uri.EscapeDataString(lawId)}/tally"), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
