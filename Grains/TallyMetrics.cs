using Microsoft.Extensions.Options;
using Prometheus;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Laws;
using Votes.Grains.Reports;

namespace Votes.Grains;

/// <summary>
/// The silo's metrics. Labels are bounded: the busiest laws have their own name, all others share "other". Updated per
/// flush and per grain call, never per vote. Thread-safe.
/// </summary>
public sealed class TallyMetrics
{
    private const string Other = "other";
    private static readonly TimeSpan RankInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly BusiestLaws _busiest;
    private readonly Dictionary<string, long> _allTotals = new(StringComparer.Ordinal);
    private readonly Dictionary<(string LawId, string Choice), long> _namedTotals = [];
    private readonly Counter _aggregated;
    private readonly Gauge _totals;
    private readonly Counter _errors;
    private readonly Counter.Child _counted;
    private readonly Counter.Child _redelivered;
    private readonly Counter.Child _duplicates;
    private readonly Counter.Child _rejected;
    private readonly Counter _givenBack;
    private readonly Counter _wentBack;
    private readonly Histogram _flushDuration;
    private readonly Histogram _flushLag;
    private readonly Histogram _flushVotes;
    private readonly Gauge _pending;
    private readonly Gauge _lanes;
    private readonly Gauge _activeLaws;
    private PendingLimit? _limit;
    private long _rankedAt;

    /// <summary>Registers the metrics.</summary>
    public TallyMetrics(IOptions<LawTallyOptions> options, TimeProvider time, CollectorRegistry registry)
    {
        _time = time;
        _busiest = new BusiestLaws(options.Value.NamedInMetrics);
        Activity = new SiloActivity(time);
        _rankedAt = time.GetTimestamp();
        var create = Metrics.WithCustomRegistry(registry);
        _aggregated = create.CreateCounter(
            "votes_aggregated_total",
            "Votes counted by this silo, by law (the busiest by name, all others as other) and choice.",
            "law_id",
            "choice");
        _totals = create.CreateGauge(
            "current_vote_totals",
            "Durable totals of the laws that live on this silo, by law (the busiest by name) and choice.",
            "law_id",
            "choice");
        _errors = create.CreateCounter(
            "aggregation_errors_total", "Flushes that failed and were tried again, by SQLSTATE or kind.", "error_type");
        var settled = create.CreateCounter("votes_settled_total", "Votes settled by this silo, by outcome.", "outcome");
        _counted = settled.WithLabels("counted");
        _redelivered = settled.WithLabels("redelivered");
        _duplicates = settled.WithLabels("duplicate");
        _rejected = settled.WithLabels("rejected");
        _givenBack = create.CreateCounter(
            "votes_given_back_total", "Votes that went back to Ingest because they could not be written in time.");
        _wentBack = create.CreateCounter(
            "votes_database_went_back_total",
            "Times that a law had fewer votes on record than had been durable: rows were taken out, or commits were lost.");
        _flushDuration = create.CreateHistogram(
            "flush_duration_seconds",
            "Time from the start of a flush's transaction to its commit.",
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 2, 15) });
        _flushLag = create.CreateHistogram(
            "flush_lag_seconds",
            "Age of the oldest vote of a flush at its commit, since it came to the silo.",
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.01, 2, 13) });
        _flushVotes = create.CreateHistogram(
            "flush_votes",
            "Votes written by one flush.",
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(1, 4, 9) });
        _pending = create.CreateGauge("pending_votes", "Votes accepted by this silo and not yet durable.");
        _lanes = create.CreateGauge("flush_lanes", "Database connections that write flushes side by side.");
        _activeLaws = create.CreateGauge("active_laws", "Laws that live on this silo.");
        registry.AddBeforeCollectCallback(Collect);
    }

    /// <summary>The same for people: what the silo did in the last seconds.</summary>
    public SiloActivity Activity { get; }

    /// <summary>How long flushes took, since somebody asked last.</summary>
    public FlushTimes FlushTimes { get; } = new();

    /// <summary>Laws that live on this silo.</summary>
    public int ActiveLaws => (int)_activeLaws.Value;

    /// <summary>Votes accepted by this silo and not yet durable.</summary>
    public long PendingVotes => _limit?.Votes ?? 0;

    /// <summary>Shows the votes that are pending under <paramref name="limit"/>, and the number of lanes.</summary>
    public void Observe(PendingLimit limit, int lanes)
    {
        _limit = limit;
        _lanes.Set(lanes);
    }

    /// <summary>A flush, or a part of one, has committed.</summary>
    public void Flushed(FlushResult result, TimeSpan duration, TimeSpan lag)
    {
        _flushDuration.Observe(duration.TotalSeconds);
        _flushLag.Observe(lag.TotalSeconds);
        _flushVotes.Observe(result.Outcomes.Length);
        FlushTimes.Add(duration);
        Activity.Flushed(result, lag);
        lock (_gate)
        {
            foreach (var moved in result.Totals)
            {
                _busiest.Counted(moved.LawId, moved.Added);
                LabelsOf(moved.LawId, moved.Total.Choice, out var law, out var choice);
                _aggregated.WithLabels(law, choice).Inc(moved.Added);
            }

            RankIfDue();
        }
    }

    /// <summary>A flush has failed.</summary>
    public void FlushFailed(string errorType) => _errors.WithLabels(errorType).Inc();

    /// <summary>The database refused rows.</summary>
    public void RowsRefused(int rows) => _errors.WithLabels("row_refused").Inc(rows);

    /// <summary>The database refused to register a law.</summary>
    public void LawRefused() => _errors.WithLabels("law_refused").Inc();

    /// <summary>Votes went back to their senders because they could not be written in time.</summary>
    public void GivenBack(int votes) => _givenBack.Inc(votes);

    /// <summary>A law has fewer votes on record than had been durable.</summary>
    public void DatabaseWentBack() => _wentBack.Inc();

    /// <summary>Votes of one grain call are settled.</summary>
    public void Settled(int counted, int redelivered, int duplicates, int rejected)
    {
        _counted.Inc(counted);
        _redelivered.Inc(redelivered);
        _duplicates.Inc(duplicates);
        _rejected.Inc(rejected);
        Activity.Settled(counted, redelivered, duplicates, rejected);
    }

    /// <summary>Votes are settled that no grain call waits for any more.</summary>
    public void Settled(ReadOnlySpan<VoteOutcome> outcomes) => Settled(
        outcomes.Count(VoteOutcome.Counted),
        outcomes.Count(VoteOutcome.Redelivered),
        outcomes.Count(VoteOutcome.Duplicate),
        rejected: 0);

    /// <summary>A total changed in memory.</summary>
    public void TotalMoved(string lawId, string choice, long before, long now)
    {
        lock (_gate)
        {
            _allTotals[Bounded(choice)] = _allTotals.GetValueOrDefault(Bounded(choice)) + now - before;
            if (_busiest.Named.Contains(lawId))
            {
                _namedTotals[(lawId, choice)] = now;
            }
        }
    }

    /// <summary>A law came to live on this silo.</summary>
    public void LawActivated() => _activeLaws.Inc();

    /// <summary>A law lives here no more.</summary>
    public void LawDeactivated(string lawId, Tally tally)
    {
        _activeLaws.Dec();
        lock (_gate)
        {
            foreach (var (choice, total) in tally.DurableTotals)
            {
                _allTotals[Bounded(choice)] = _allTotals.GetValueOrDefault(Bounded(choice)) - total;
                if (_namedTotals.Remove((lawId, choice)))
                {
                    _totals.RemoveLabelled(lawId, choice);
                }
            }
        }
    }

    private void Collect()
    {
        _pending.Set(PendingVotes);
        lock (_gate)
        {
            var others = new Dictionary<string, long>(_allTotals, StringComparer.Ordinal);
            foreach (var ((lawId, choice), total) in _namedTotals)
            {
                others[Bounded(choice)] -= total;
                _totals.WithLabels(lawId, choice).Set(total);
            }

            foreach (var (choice, total) in others)
            {
                _totals.WithLabels(Other, choice).Set(total);
            }
        }
    }

    private void RankIfDue()
    {
        if (_time.GetElapsedTime(_rankedAt) < RankInterval)
        {
            return;
        }

        _rankedAt = _time.GetTimestamp();
        foreach (var lawId in _busiest.Rank())
        {
            foreach (var labels in _aggregated.GetAllLabelValues().Where(labels => labels[0] == lawId).ToList())
            {
                _aggregated.RemoveLabelled(labels);
            }

            foreach (var key in _namedTotals.Keys.Where(key => key.LawId == lawId).ToList())
            {
                _namedTotals.Remove(key);
                _totals.RemoveLabelled(key.LawId, key.Choice);
            }
        }
    }

    private void LabelsOf(string lawId, string choice, out string lawLabel, out string choiceLabel)
    {
        var named = _busiest.Named.Contains(lawId);
        lawLabel = named ? lawId : Other;
        choiceLabel = named ? choice : Bounded(choice);
    }

    /// <summary>Laws may name choices of their own, so beside laws without a name choices need a bound as well.</summary>
    private static string Bounded(string choice) => Law.DefaultChoices.Contains(choice) ? choice : Other;
}
