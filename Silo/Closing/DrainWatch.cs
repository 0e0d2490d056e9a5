using Votes.Grains.Interfaces;

namespace Votes.Silo.Closing;

/// <summary>
/// Decides from what the queue and the Ingests say whether all votes that were published before some moment are
/// settled. In doubt it says no: where the broker cannot be asked, where a consumer of the queue does not report, where
/// an Ingest came, went or lost a connection meanwhile. Pure; owned by one loop.
/// </summary>
/// <remarks>
/// The queue was empty at a moment: what was published before it had been sent to consumers by then. While none of them
/// loses its connection nothing goes back to the queue; and when each has settled all that it received until the grace
/// after that moment, it has settled all that was sent to it before. New votes may come in all the time.
/// </remarks>
/// <param name="grace">How long a vote may take from the broker to an Ingest.</param>
public sealed class DrainWatch(TimeSpan grace)
{
    // Three reports; longer than the time between two looks, so that an Ingest that hangs is noticed.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(6);

    private TimeSpan? _emptyAt;
    private string _consumers = "";

    /// <summary>What it waits for; null once it waits for nothing, or before the first look.</summary>
    public string? WaitsFor { get; private set; }

    /// <summary>Starts anew: nothing is known.</summary>
    public void Reset()
    {
        _emptyAt = null;
        WaitsFor = null;
    }

    /// <summary>Takes the next sample.</summary>
    /// <returns>The moment before which everything published is settled, by the samples' clock; null: it is not known
    /// of any.</returns>
    public TimeSpan? Look(IntakeSample sample)
    {
        if (Doubt(sample) is { } doubt)
        {
            _emptyAt = null;
            WaitsFor = doubt;
            return null;
        }

        var reporting = Reporting(sample);
        var consumers = string.Join('\n', reporting.Select(static ingest =>
            $"{ingest.Report.Name}/{ingest.Report.Sessions}/{ingest.Report.LanesConsuming}"));
        if (_emptyAt is null || !string.Equals(consumers, _consumers, StringComparison.Ordinal))
        {
            _consumers = consumers;
            _emptyAt = sample.Ready == 0 ? sample.At : null;
        }

        if (_emptyAt is not { } emptyAt)
        {
            WaitsFor = $"{sample.Ready} votes wait in the queue.";
            return null;
        }

        var settledUntil = reporting.Select(ingest => sample.At - ingest.Silence - (ingest.Report.Oldest ?? TimeSpan.Zero))
            .DefaultIfEmpty(sample.At).Min();
        if (settledUntil < emptyAt + grace)
        {
            WaitsFor = $"The queue was empty; votes that were on their way then are given {grace.TotalSeconds:0} s to be settled.";
            return null;
        }

        // The next look begins with the queue of then.
        _emptyAt = null;
        WaitsFor = null;
        return emptyAt;
    }

    private static string? Doubt(IntakeSample sample)
    {
        if (sample.Problem is not null || sample.Ready is null || sample.Consumers is null || sample.Ingests is null)
        {
            return sample.Problem ?? "Queue and Ingests could not be asked.";
        }

        var consuming = Reporting(sample).Sum(static ingest => ingest.Report.LanesConsuming);
        return consuming == sample.Consumers
            ? null
            : $"The queue has {sample.Consumers} consumers, and Ingests report {consuming}: one of them does not report, or another "
                + "program takes votes from the queue.";
    }

    private static IngestPresence[] Reporting(IntakeSample sample) =>
    [
        .. sample.Ingests!.Where(static ingest => ingest.Silence < SilenceLimit)
            .OrderBy(static ingest => ingest.Report.Name, StringComparer.Ordinal),
    ];
}
