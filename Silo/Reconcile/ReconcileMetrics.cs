using Prometheus;

namespace Votes.Silo.Reconcile;

/// <summary>The metrics of the periodic recount. Every silo shows the same record, whichever did the check.</summary>
public sealed class ReconcileMetrics
{
    private readonly Gauge _difference;
    private readonly Gauge _laws;
    private readonly Gauge _unreported;
    private readonly Gauge _onRecord;
    private readonly Gauge _checkedAt;
    private readonly Gauge _sweptAt;
    private readonly Gauge _duration;
    private readonly Gauge _interval;
    private readonly Counter _failures;
    private readonly Counter _skipped;

    /// <summary>Registers the metrics.</summary>
    public ReconcileMetrics(CollectorRegistry registry)
    {
        var create = Metrics.WithCustomRegistry(registry);
        _difference = create.CreateGauge(
            "votes_reconcile_difference",
            "Sum of the absolute differences, in votes, between totals and audit rows that stand after the last check.");
        _laws = create.CreateGauge(
            "votes_reconcile_laws_differing", "Laws with a total that was not its number of audit rows when last recounted.");
        _unreported = create.CreateGauge(
            "votes_unreported", "Votes on record that no Ingest had reported when the last check compared them.");
        _onRecord = create.CreateGauge(
            "votes_on_record", "Counted votes in the database when the last check compared reports with them.");
        _checkedAt = create.CreateGauge(
            "votes_reconcile_last_success_timestamp_seconds",
            "When any silo's last check succeeded, in seconds since 1970; 0: none has.");
        _sweptAt = create.CreateGauge(
            "votes_reconcile_last_sweep_timestamp_seconds",
            "When checks had last gone through all laws, in seconds since 1970; 0: not yet.");
        _duration = create.CreateGauge("votes_reconcile_duration_seconds", "How long the last check's statements took, without its pauses.");
        _interval = create.CreateGauge("votes_reconcile_interval_seconds", "The time from one check to the next.");
        _failures = create.CreateCounter("votes_reconcile_failures_total", "Checks of this silo that did not succeed.");
        _skipped = create.CreateCounter(
            "votes_reconcile_laws_skipped_total",
            "Laws that this silo's checks left out, because one of them alone takes longer than a statement may.");
    }

    /// <summary>The record that was shown last; null: none yet.</summary>
    public CheckRecord? Shown { get; private set; }

    /// <summary>Shows how often a check is due.</summary>
    public void Configured(TimeSpan interval) => _interval.Set(interval.TotalSeconds);

    /// <summary>Shows what is on record.</summary>
    public void Show(CheckRecord record)
    {
        Shown = record;
        _difference.Set(record.Difference);
        _laws.Set(record.Laws);
        _unreported.Set(record.Unreported);
        _onRecord.Set(record.OnRecord);
        _checkedAt.Set(Seconds(record.CheckedAt));
        _sweptAt.Set(Seconds(record.SweptAt));
        _duration.Set(record.Duration.TotalSeconds);
    }

    /// <summary>A check left laws out.</summary>
    public void Skipped(int laws) => _skipped.Inc(laws);

    /// <summary>A check did not succeed.</summary>
    public void Failed() => _failures.Inc();

    private static double Seconds(DateTimeOffset? time) =>
        time is { } known ? known.ToUnixTimeMilliseconds() / 1000.0 : 0;
}
