using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Store;
using Votes.Telemetry.Tracing;
using Votes.Tests.Servers;
using Votes.Tests.Telemetry;
using Xunit;

namespace Votes.Tests.Grains.Flush;

[NeedsServers]
[Collection(TracesCollection.Name)]
public sealed class FlushTraceTests(TestServers servers) : IAsyncLifetime
{
    private const string Calls = "Votes.Tests.Calls";
    private static readonly ActivitySource CallsSource = new(Calls);

    private TestDatabase _database = null!;
    private PostgresTallyStore _store = null!;
    private TallyWriter _writer = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = Options.Create(new FlushOptions { Lanes = 1 });
        var metrics = new TallyMetrics(
            Options.Create(new LawTallyOptions()), TimeProvider.System, Metrics.NewCustomRegistry());
        _database = await servers.CreateDatabaseAsync(Stop);
        _store = new PostgresTallyStore(_database.SiloConnectionString, 1, TimeSpan.FromSeconds(30));
        _writer = new TallyWriter(
            options,
            _store,
            new StoreState(TimeProvider.System, NullLogger<StoreState>.Instance),
            metrics,
            TimeProvider.System,
            NullLogger<TallyWriter>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Flush_goes_on_the_first_call_s_trace_links_to_all_calls_and_has_its_sql_inside()
    {
        using var spans = new HeardSpans(Calls, TracingSetup.GrainsSource, "Npgsql");
        var (first, firstCall) = Write("law-1", 1);
        var (second, secondCall) = Write("law-2", 2);
        var untraced = _writer.WriteAsync("law-3", [VoteSamples.By(3)], false, backlog: false);
        _writer.Ask("law-1");

        Assert.Equal([VoteOutcome.Counted], (await firstCall).Outcomes);
        await Task.WhenAll(secondCall, untraced);
        var flush = Assert.Single(await EndedAsync(spans), span => span.Source.Name == TracingSetup.GrainsSource);
        Assert.Equal(("flush", first.TraceId), (flush.OperationName, flush.TraceId));
        Assert.Equal(first.SpanId, flush.ParentSpanId);
        Assert.Equal([first.SpanId, second.SpanId], flush.Links.Select(link => link.Context.SpanId));
        Assert.Equal(3, flush.GetTagItem("votes.count"));
        var inside = spans.Ended.Where(span => span.TraceId == first.TraceId && span.Source.Name == "Npgsql").ToList();
        Assert.Contains(inside, span => span.ParentSpanId == flush.SpanId
            && span.TagObjects.Any(tag => tag.Value is string text && text.Contains("count_votes", StringComparison.Ordinal)));
    }

    /// <summary>The flush's span ends a moment after its calls have their answer: the lane's end is behind it.</summary>
    private async Task<IReadOnlyList<Activity>> EndedAsync(HeardSpans spans)
    {
        await _writer.DisposeAsync();
        return spans.Ended;
    }

    private (ActivityContext Call, Task<PendingOutcome> Outcome) Write(string law, int voter)
    {
        using var call = CallsSource.StartActivity("call")!;
        return (call.Context, _writer.WriteAsync(law, [VoteSamples.By(voter)], false, backlog: false));
    }
}
