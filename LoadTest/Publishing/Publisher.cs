using Votes.LoadTest.Planning;

namespace Votes.LoadTest.Publishing;

/// <summary>
/// Sends a plan's messages over several connections and returns when the broker has confirmed all of them.
/// </summary>
internal sealed class Publisher(Endpoints endpoints, LoadSettings settings, TimeProvider time)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(
        MessagePlan plan, PublishControl control, PublishCounters counters, IProgress<LoadProgress> progress,
        CancellationToken cancellationToken)
    {
        var writer = new MessageWriter(plan);
        var traced = new TracedMessages(plan, settings.TraceRatio);
        var cursor = new BlockCursor(plan, control);
        var pacer = new Pacer(settings.RatePerSecond, control, time);
        var broker = new Broker(endpoints, settings, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lanes = Enumerable.Range(1, settings.Connections).Select(number => new PublisherLane(
            number, plan, writer, traced, cursor, pacer, broker, control, counters, endpoints, settings, time))
            .ToList();
        var running = lanes.ConvertAll(lane => Task.Run(() => lane.RunAsync(stop.Token), stop.Token));
        try
        {
            await WatchAsync(plan, counters, running, progress, cancellationToken);
        }
        finally
        {
            // One lane that gave up ends the run, and the others must not publish on behind it.
            await stop.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (counters.Confirmed != control.Published)
            throw new LoadFailedException($"{counters.Confirmed} confirms for {control.Published} messages");
    }

    private static void Report(MessagePlan plan, PublishCounters counters, IProgress<LoadProgress> progress) =>
        progress.Report(new(LoadPhase.Publish, counters.Confirmed, plan.Messages, counters.Reconnects == 0
            ? ""
            : $"{counters.Reconnects} reconnects, {counters.Republished} republished"));

    private async Task WatchAsync(
        MessagePlan plan, PublishCounters counters, List<Task> running, IProgress<LoadProgress> progress,
        CancellationToken cancellationToken)
    {
        while (running.Count > 0)
        {
            var pause = Task.Delay(ProgressInterval, time, cancellationToken);
            var ended = await Task.WhenAny([pause, .. running]);
            Report(plan, counters, progress);
            await ended;
            if (ended != pause)
                running = [.. running.Where(task => task != ended)];
        }
    }
}
