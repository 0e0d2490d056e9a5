using System.Globalization;
using Votes.LoadTest.Chaos.Faults;
using Votes.LoadTest.Chaos.Invariants;
using Votes.LoadTest.Chaos.Reporting;
using Votes.LoadTest.Chaos.Schedule;
using Votes.LoadTest.Chaos.Watching;
using Votes.LoadTest.Publishing;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos;

/// <summary>Injects the faults of one episode after another, heals them, and measures how soon votes flow again.</summary>
internal sealed class EpisodeRunner(
    ChaosOptions options, DrillCluster cluster, PublishControl control, int connections, FlowWatch flow,
    WorkingServices working, FinalChecks checks, InvariantBook book, IDrillAudience audience, TimeProvider time)
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CountingLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QuietPoll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan QuietLimit = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly List<Fault> _active = [];

    /// <summary>What is broken now.</summary>
    public IReadOnlyList<string> Broken
    {
        get
        {
            lock (_lock)
                return [.. _active.Select(fault => fault.Describe())];
        }
    }

    /// <summary>Whether a process's end is the doing of a fault that is active.</summary>
    public bool MayEnd(ServiceProcess service)
    {
        lock (_lock)
            return _active.Exists(fault => fault.MayEnd.Contains(service));
    }

    /// <summary>Runs an episode to the end of its recovery.</summary>
    public async Task<EpisodeReport> RunAsync(Episode episode, CancellationToken cancellationToken)
    {
        if (await working.WaitForAllAsync(cluster.Cluster.Silos, CountingLimit, cancellationToken) is [_, ..] empty)
            Tell($"{string.Join(", ", empty)} counted no vote for {CountingLimit.TotalSeconds:0} s");
        var at = flow.Now;
        var seeds = episode.Faults.Select((_, place) => (int)(options.Seed * 1_000) + (episode.Number * 2) + place);
        var faults = episode.Faults.Zip(seeds, (planned, seed) => FaultFactory.Create(planned, cluster, seed)).ToList();
        var bound = episode.Faults.Max(fault => FaultCatalog.Of(fault.Kind).RecoveryBound);
        if (faults.Exists(fault => fault.NeedsQuietQueue))
            await QuietAsync(cancellationToken);

        TimeSpan? byItself = null;
        var asked = faults is [{ HealsItself: true }];
        try
        {
            byItself = await HoldAsync(episode, faults, asked, bound, cancellationToken);
        }
        finally
        {
            // Also when the drill is broken off: a process that stands still could not be stopped in order.
            await HealAsync(faults, cancellationToken.IsCancellationRequested ? CancellationToken.None : cancellationToken);
            control.Resume();
        }

        var allTake = working.WaitForAllAsync(
            cluster.Cluster.Ingests, options.Bounds ? bound : options.RecoveryLimit, cancellationToken);
        var afterHeal = await flow.RecoverAsync(options.RecoveryLimit, cancellationToken);
        Tell(afterHeal is { } took
            ? $"{episode.Name}: votes flow again {took.TotalSeconds:0.0} s after the healing"
            : $"{episode.Name}: votes do not flow again within {options.RecoveryLimit.TotalSeconds:0} s of the healing; " +
              $"{flow.LawsStanding} laws stand still, {flow.Rate:N0} votes/s");
        foreach (var wrong in faults.SelectMany(fault => fault.Problems))
            book.Violated(Invariant.ProcessesStay, $"{episode.Number} {episode.Name}: {wrong}");
        var inTime = Judge(episode, asked, byItself, afterHeal, await allTake, bound);
        lock (_lock)
            _active.Clear();
        await Task.Delay(Calm, time, cancellationToken);
        return new(
            episode.Number, at.TotalSeconds,
            [.. episode.Faults.Zip(faults, (planned, fault) => new FaultReport(
                FaultCatalog.Of(planned.Kind).Name, fault.Describe(), planned.Hold.TotalSeconds, fault.Evidence,
                fault.Bit))],
            byItself?.TotalSeconds, afterHeal?.TotalSeconds, bound.TotalSeconds, inTime);
    }

    private async Task<TimeSpan?> HoldAsync(
        Episode episode, List<Fault> faults, bool asked, TimeSpan bound, CancellationToken cancellationToken)
    {
        foreach (var fault in faults)
        {
            // Noted as active first: its processes may end as soon as it begins.
            lock (_lock)
                _active.Add(fault);
            Tell($"[{episode.Number}] {fault.Describe()}");
            await fault.InjectAsync(cancellationToken);
        }

        var hold = Task.Delay(episode.Hold, time, cancellationToken);
        TimeSpan? byItself = null;
        if (asked)
        {
            byItself = await flow.RecoverAsync(bound > episode.Hold ? bound : episode.Hold, cancellationToken);
            if (byItself is { } took)
                Tell($"{episode.Name}: votes flow again by themselves after {took.TotalSeconds:0.0} s");
        }

        await hold;
        return byItself;
    }

    private async Task HealAsync(List<Fault> faults, CancellationToken cancellationToken)
    {
        // At the same time: a silo cannot settle, for example, as long as the database is away.
        await Task.WhenAll(faults.Select(fault => fault.HealAsync(cancellationToken)));
        Tell($"healed: {string.Join(", ", faults.Select(fault => fault.Describe()))}");
    }

    private bool Judge(
        Episode episode, bool asked, TimeSpan? byItself, TimeSpan? afterHeal, IReadOnlyList<string> idleIngests,
        TimeSpan bound)
    {
        book.Checked(Invariant.Recovery, asked ? 3 : 2);
        var inTime = afterHeal is not null && (!options.Bounds || afterHeal <= bound);
        if (!inTime)
            book.Violated(Invariant.Recovery, $"{episode.Number} {episode.Name}: {Late(afterHeal)} after the healing");
        foreach (var idle in idleIngests)
        {
            inTime = false;
            book.Violated(
                Invariant.Recovery,
                $"{episode.Number} {episode.Name}: {idle} settled nothing in time after the healing; others did its work");
        }

        if (asked && options.Bounds && !(byItself <= bound))
        {
            inTime = false;
            book.Violated(
                Invariant.Recovery, $"{episode.Number} {episode.Name}: {Late(byItself)} of the others' taking over");
        }

        return inTime;

        string Late(TimeSpan? took) => string.Create(
            CultureInfo.InvariantCulture,
            $"{(took is { } time ? $"votes flowed again {time.TotalSeconds:0.0} s" : "votes did not flow again")}, bound {bound.TotalSeconds:0} s,");
    }

    // Lets the queue run empty, so that deleting it deletes no vote.
    private async Task QuietAsync(CancellationToken cancellationToken)
    {
        control.Pause();
        var started = time.GetTimestamp();
        while (true)
        {
            var (ready, unacked) = await checks.QueueAsync(cancellationToken);
            if (control.Resting == connections && ready + unacked == 0)
                return;
            if (time.GetElapsedTime(started) > QuietLimit)
            {
                throw new LoadFailedException(
                    $"the queue did not run empty within {QuietLimit.TotalSeconds} s: {ready} ready, {unacked} unacked, " +
                    $"{control.Resting} of {connections} publishers rest");
            }

            await Task.Delay(QuietPoll, time, cancellationToken);
        }
    }

    private void Tell(FormattableString what) => audience.Tell(flow.Now, what.ToString(CultureInfo.InvariantCulture));

    private void Tell(string what) => audience.Tell(flow.Now, what);
}
