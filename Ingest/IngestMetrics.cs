using Prometheus;
using Votes.Telemetry.Statistics;

namespace Votes.Ingest;

/// <summary>
/// The metrics of this process. Everything is counted per delivery batch, call or ack, never per vote: a shared counter
/// touched for each vote costs more than the vote. Voter ids that are normalized are the exception: they are few.
/// </summary>
public sealed class IngestMetrics
{
    private readonly Counter _received;
    private readonly Counter.Child _counted;
    private readonly Counter.Child _redelivered;
    private readonly Counter.Child _duplicates;
    private readonly Counter.Child _rejected;
    private readonly Counter _settled;
    private readonly Counter _stale;
    private readonly Counter _acks;
    private readonly Counter _normalized;
    private readonly Histogram _duration;
    private readonly Counter _errors;
    private readonly Counter _deadLetters;
    private readonly Counter _reconnects;
    private readonly Counter _stalls;
    private readonly Gauge _heldLetters;
    private readonly Gauge _callsInFlight;
    private readonly Gauge _callsAllowed;
    private readonly Gauge _unacked;
    private readonly Gauge _backlog;
    private readonly Gauge _redeliveries;
    private readonly Gauge _lanes;
    private readonly Gauge _progress;

    /// <summary>Registers the metrics.</summary>
    public IngestMetrics(IMetricFactory metrics)
    {
        _received = metrics.CreateCounter(
            "votes_received_total", "Messages taken from the queue, redelivered and poison ones included.");
        var outcomes = metrics.CreateCounter(
            "votes_outcomes_total",
            "Messages whose outcome is durable: counted, redelivered, duplicate, or rejected (dead-lettered).",
            ["outcome"]);
        _counted = outcomes.WithLabels("counted");
        _redelivered = outcomes.WithLabels("redelivered");
        _duplicates = outcomes.WithLabels("duplicate");
        _rejected = outcomes.WithLabels("rejected");
        _settled = metrics.CreateCounter(
            "batch_size_processed_total",
            "Sum of the sizes of delivery batches of which every message has a durable outcome, in messages.");
        _duration = metrics.CreateHistogram(
            "batch_processing_duration_seconds",
            "From the first message of a delivery batch until all of its messages have a durable outcome, in seconds.",
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.005, 2, 14) });
        _errors = metrics.CreateCounter(
            "aggregation_errors_total", "Calls to grains and to the broker that failed.", ["error_type"]);
        _deadLetters = metrics.CreateCounter(
            "votes_dead_letters_total", "Messages that the dead-letter queue has confirmed.", ["reason"]);
        _stale = metrics.CreateCounter(
            "votes_dropped_stale_total",
            "Votes dropped before they were sent because their channel was lost; the broker delivers them again.");
        _normalized = metrics.CreateCounter(
            "votes_voter_ids_normalized_total",
            "Votes whose voter_id was not in the composed canonical form (NFC) and was counted by it.");
        _acks = metrics.CreateCounter("votes_acks_total", "Acks sent; each covers all that is durable.");
        _reconnects = metrics.CreateCounter(
            "votes_reconnects_total", "Connections to the broker that were lost or could not be made.", ["purpose"]);
        _stalls = metrics.CreateCounter(
            "votes_stalls_total", "Connections given up because they were silent or held messages for no known cause.");
        _heldLetters = metrics.CreateGauge(
            "votes_dead_letters_held", "Dead letters that the broker refuses for what they hold; somebody must act.");
        _callsInFlight = metrics.CreateGauge("votes_calls_in_flight", "Calls to grains that wait for their outcome.");
        _callsAllowed = metrics.CreateGauge(
            "votes_calls_allowed",
            "Calls to grains that may be in flight: Dispatch:CallsInFlight at most, fewer after calls timed out.");
        _unacked = metrics.CreateGauge("votes_unacked", "Messages delivered and not acked, by lane.", ["lane"]);
        _backlog = metrics.CreateGauge("votes_lane_backlog", "1 where a lane asks silos to flush early.", ["lane"]);
        _redeliveries = metrics.CreateGauge(
            "votes_redelivery_count_max",
            "How often, at the most, a message of the last 5 to 10 minutes had been delivered before, by lane.",
            ["lane"]);
        _lanes = metrics.CreateGauge("votes_lanes_consuming", "Lanes that consume.");
        _progress = metrics.CreateGauge(
            "votes_last_progress_timestamp_seconds", "When a delivery batch settled last, in seconds since 1970.");
    }

    /// <summary>Messages taken since the start, and their outcomes: never more outcomes than messages.</summary>
    public MinuteFigures SinceStart
    {
        get
        {
            // Outcomes first: a message is counted as received before its outcome is known.
            var (counted, redelivered, duplicates, rejected) = (
                (long)_counted.Value, (long)_redelivered.Value, (long)_duplicates.Value, (long)_rejected.Value);
            return new MinuteFigures((long)_received.Value, counted, duplicates, redelivered, rejected);
        }
    }

    /// <summary>How often a lane lost its connection, or could not make one.</summary>
    public long LaneReconnects => (long)_reconnects.WithLabels("lane").Value;

    /// <summary>What the gauges say at this moment.</summary>
    public (int LanesConsuming, long Unacked, int CallsInFlight, int DeadLettersHeld) Now => (
        (int)_lanes.Value,
        _unacked.GetAllLabelValues().Sum(labels => (long)_unacked.WithLabels(labels).Value),
        (int)_callsInFlight.Value,
        (int)_heldLetters.Value);

    /// <summary>Counts messages of a closed delivery batch.</summary>
    public void Received(int messages) => _received.Inc(messages);

    /// <summary>Counts the durable outcomes of one call.</summary>
    public void Recorded(int counted, int redelivered, int duplicates)
    {
        _counted.Inc(counted);
        _redelivered.Inc(redelivered);
        _duplicates.Inc(duplicates);
    }

    /// <summary>Counts a message that the dead-letter queue has.</summary>
    public void DeadLettered(string reason)
    {
        _rejected.Inc();
        _deadLetters.WithLabels(reason).Inc();
    }

    /// <summary>Notes that a delivery batch is settled.</summary>
    public void Settled(int messages, TimeSpan elapsed, DateTimeOffset now)
    {
        _settled.Inc(messages);
        _duration.Observe(elapsed.TotalSeconds);
        _progress.Set(now.ToUnixTimeMilliseconds() / 1000d);
    }

    /// <summary>Counts votes that were dropped with their channel.</summary>
    public void DroppedStale(int votes) => _stale.Inc(votes);

    /// <summary>Counts a call that failed.</summary>
    public void Error(Exception cause) => _errors.WithLabels(cause.GetType().Name).Inc();

    /// <summary>Counts a connection that was lost or could not be made.</summary>
    public void Reconnecting(string purpose) => _reconnects.WithLabels(purpose).Inc();

    /// <summary>Counts a lane that has stalled.</summary>
    public void Stalled() => _stalls.Inc();

    /// <summary>Sets the number of dead letters that the broker refuses.</summary>
    public void DeadLettersHeld(int letters) => _heldLetters.Set(letters);

    /// <summary>Sets the number of calls in flight.</summary>
    public void CallsInFlight(int calls) => _callsInFlight.Set(calls);

    /// <summary>Sets the number of calls that may be in flight.</summary>
    public void CallsAllowed(int calls) => _callsAllowed.Set(calls);

    /// <summary>Counts a vote whose voter id is not in its canonical form.</summary>
    public void VoterIdNormalized() => _normalized.Inc();

    /// <summary>Counts an ack.</summary>
    public void Acked() => _acks.Inc();

    /// <summary>The metrics of one lane.</summary>
    public LaneMetrics Lane(string name) =>
        new(_unacked.WithLabels(name), _backlog.WithLabels(name), _redeliveries.WithLabels(name));

    /// <summary>Notes that a lane began to consume.</summary>
    public void LaneStarted() => _lanes.Inc();

    /// <summary>Notes that a lane no longer consumes.</summary>
    public void LaneStopped() => _lanes.Dec();
}
