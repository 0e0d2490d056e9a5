using System.Globalization;
using Votes.LoadTest.Chaos.Faults;
using Votes.LoadTest.Chaos.Invariants;
using Votes.LoadTest.Chaos.Reporting;
using Votes.LoadTest.Chaos.Schedule;
using Votes.LoadTest.Chaos.Watching;
using Votes.LoadTest.Planning;
using Votes.LoadTest.Publishing;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos;

/// <summary>
/// The chaos drill: a private cluster of real processes under a steady load, faults from a seeded schedule, and a check
/// of every invariant while it runs and at its end.
/// </summary>
public sealed class ChaosDrill
{
    private const double DuplicateShare = 0.05;
    private const double RedeliveryShare = 0.03;
    private const double MalformedShare = 0.003;

    // Recoveries may take longer than reckoned; a plan that ran out would leave the last faults without a load.
    private const int PlanFactor = 4;

    private static readonly TimeSpan PlanReserve = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WarmUpLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ShowInterval = TimeSpan.FromMilliseconds(500);

    private readonly ChaosOptions _options;
    private readonly IDrillAudience _audience;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly InvariantBook _book = new();
    private readonly IReadOnlyList<Episode> _schedule;
    private string _phase = "starting the cluster";
    private int _episode;

    private ChaosDrill(ChaosOptions options, IDrillAudience audience)
    {
        _options = options;
        _audience = audience;
        _schedule = options.Schedule;
    }

    /// <summary>Runs a drill.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="audience">Told what happens.</param>
    /// <param name="cancellationToken">Breaks the drill off; everything that was started is stopped.</param>
    /// <exception cref="LoadFailedException">The drill could not be run: nothing is known of the invariants.</exception>
    /// <exception cref="ClusterException">The cluster did not start.</exception>
    public static async Task<ChaosReport> RunAsync(
        ChaosOptions options, IDrillAudience audience, CancellationToken cancellationToken)
    {
        if (options.Problems() is [var problem, ..])
            throw new ArgumentException(problem, nameof(options));
        return await new ChaosDrill(options, audience).RunAsync(cancellationToken);
    }

    private async Task<ChaosReport> RunAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        await using var cluster = await DrillCluster.StartAsync(
            ClusterOptions(), what => _audience.Tell(_time.GetElapsedTime(started), what), cancellationToken);

        var settings = new LoadSettings
        {
            RatePerSecond = _options.Rate,
            LongestBackoff = TimeSpan.FromMilliseconds(500),
            BrokerTimeout = TimeSpan.FromSeconds(5),
            StallLimit = _options.StallLimit,
            InspectDeadLetters = true,
        };
        var ledger = await LoadRun.PrepareAsync(Plan(), cluster.Endpoints, settings, cancellationToken);
        var plan = new MessagePlan(ledger.Plan);
        var control = new PublishControl(plan);
        var counters = new PublishCounters();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var flow = new FlowWatch(
            cluster.Endpoints, _options.Rate * (1 - DuplicateShare - RedeliveryShare - MalformedShare), started, _time);
        var tallies = new TallyWatch(cluster.Endpoints, plan.Laws, _book, _time);
        await using var snapshots = new SnapshotWatch(cluster.Endpoints, plan, control, tallies, _book, _time);
        var checks = new FinalChecks(_book, cluster.Endpoints, cluster.Cluster.RabbitMq, _time);
        using var working = new WorkingServices(_time);
        var runner = new EpisodeRunner(
            _options, cluster, control, settings.Connections, flow, working, checks, _book, _audience, _time);
        var processes = new ProcessWatch(
            () => cluster.Cluster.Services, runner.MayEnd, _options.SiloMemoryBytes, _options.IngestMemoryBytes, _book,
            _time);

        var publishing = LoadRun.PublishAsync(
            ledger, plan, control, counters, cluster.Endpoints, settings, new Progress<LoadProgress>(), watching.Token);
        Task[] watches =
        [
            flow.RunAsync(watching.Token), tallies.RunAsync(watching.Token), snapshots.RunAsync(watching.Token),
            processes.RunAsync(watching.Token), ShowAsync(flow, counters, runner, watching.Token),
        ];
        LoadReport load;
        List<EpisodeReport> episodes;
        string left;
        try
        {
            episodes = await RunEpisodesAsync(runner, flow, publishing, cancellationToken);
            _phase = "publishing what is begun";
            control.End();
            ledger = await publishing;
            _phase = "draining";
            load = await LoadRun.VerifyAsync(
                ledger, cluster.Endpoints, settings, new Progress<LoadProgress>(ShowVerifying), cancellationToken);
            _phase = "looking for what is left";
            checks.Compare(load);
            left = await checks.CheckNothingLeftAsync(cancellationToken);
            await snapshots.TakeAsync(cancellationToken);
        }
        finally
        {
            await watching.CancelAsync();
            await Task.WhenAll([publishing, .. watches]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var watch in watches)
            await watch;
        SetFigures(load, episodes, left, snapshots, tallies, processes);
        return Report(started, ledger, load, episodes);
    }

    private async Task<List<EpisodeReport>> RunEpisodesAsync(
        EpisodeRunner runner, FlowWatch flow, Task publishing, CancellationToken cancellationToken)
    {
        _phase = "warming up";
        _ = await flow.RecoverAsync(WarmUpLimit, cancellationToken) ?? throw new LoadFailedException(
            $"before any fault, only {flow.Rate:N0} votes/s are counted of {_options.Rate:N0} published, and " +
            $"{flow.LawsStanding} laws stand still; try a smaller --rate");
        _audience.Tell(flow.Now, string.Create(CultureInfo.InvariantCulture, $"votes flow: {flow.Rate:N0} a second"));
        var episodes = new List<EpisodeReport>();
        foreach (var episode in _schedule)
        {
            if (publishing.IsCompleted)
            {
                // Throws where publishing failed.
                await publishing;
                throw new LoadFailedException("the votes of the plan ran out before the faults did");
            }

            (_phase, _episode) = (episode.Name, episode.Number);
            episodes.Add(await runner.RunAsync(episode, cancellationToken));
        }

        return episodes;
    }

    private void ShowVerifying(LoadProgress progress) =>
        _phase = progress.Note.Length > 0 ? $"{progress.Phase}: {progress.Note}" : progress.Phase.ToString();

    private DrillOptions ClusterOptions() => new()
    {
        Folder = new(_options.Folder),
        Silos = _options.Silos,
        Ingests = _options.Ingests,
        Seed = (int)_options.Seed,
        SiloProgram = _options.SiloProgram,
        SiloVariables = _options.SiloVariables,
        // Far more than silos can do in the fault `cold-laws`: what is in flight has to follow what they can do.
        IngestVariables = new Dictionary<string, string?> { ["Dispatch__CallsInFlight"] = "30000" },
    };

    private LoadPlan Plan() => new()
    {
        Votes = (long)(_options.Rate * ((ChaosSchedule.LengthOf(_schedule) * PlanFactor) + PlanReserve).TotalSeconds),
        Laws = _options.Laws,
        Duplicates = DuplicateShare,
        Redeliveries = RedeliveryShare,
        Malformed = MalformedShare,
        Seed = _options.Seed,
    };

    private async Task ShowAsync(
        FlowWatch flow, PublishCounters counters, EpisodeRunner runner, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            _audience.Show(new(
                flow.Now, _phase, _episode, _schedule.Count, runner.Broken, flow.Rate, counters.Confirmed, flow.Total,
                _book.Results));
            await Task.Delay(ShowInterval, _time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void SetFigures(
        LoadReport load, List<EpisodeReport> episodes, string left, SnapshotWatch snapshots, TallyWatch tallies,
        ProcessWatch processes)
    {
        Figure(Invariant.EveryVoteSettled,
            $"{load.Published:N0} confirmed: {load.Counted:N0} counted, {load.Duplicates:N0} filed, {load.Rejected:N0} dead");
        Figure(Invariant.OnlySentVotes, $"{load.Counted:N0} audit rows");
        Figure(Invariant.TotalsMatchAudit, $"{snapshots.Snapshots:N0} snapshots");
        Figure(Invariant.NothingGoesBack, $"{tallies.Answers:N0} answers ({tallies.Failures:N0} calls failed)");
        Figure(Invariant.OneFilingPerDuplicate, $"{load.Duplicates:N0} rows of duplicate_attempts");
        Figure(Invariant.NothingLeft, $"{left}; {load.Rejected:N0} dead letters");
        Figure(Invariant.ProcessesStay,
            $"{processes.Seen} processes, silo {processes.MostOf(ServiceKind.Silo) >> 20} MiB, Ingest {processes.MostOf(ServiceKind.Ingest) >> 20} MiB at most");
        var slowest = episodes.Select(episode => Math.Max(episode.AfterHealSeconds ?? 0, episode.ByItselfSeconds ?? 0))
            .DefaultIfEmpty().Max();
        Figure(Invariant.Recovery, $"{episodes.Count} episodes, the slowest {slowest:0.0} s");
    }

    private ChaosReport Report(long started, RunLedger ledger, LoadReport load, List<EpisodeReport> episodes) => new()
    {
        Seed = _options.Seed,
        Seconds = _time.GetElapsedTime(started).TotalSeconds,
        Rate = _options.Rate,
        Published = ledger.Confirmed,
        Republished = ledger.Republished,
        Counted = load.Counted,
        Duplicates = load.Duplicates,
        DeadLetters = load.Rejected,
        Episodes = episodes,
        Invariants = _book.Results,
    };

    private void Figure(Invariant invariant, FormattableString figure) =>
        _book.Figure(invariant, figure.ToString(CultureInfo.InvariantCulture));
}
