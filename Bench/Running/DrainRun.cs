using Votes.Bench.Cases;
using Votes.Bench.Measuring;
using Votes.Bench.Results;
using Votes.Bench.Workers;
using Votes.LoadTest;
using Votes.LoadTest.Planning;

namespace Votes.Bench.Running;

/// <summary>
/// Fills the queue, lets the contestant drain it, and reads afterwards, from the commits' own times, how quick that
/// was. Between the two, the bench does next to nothing.
/// </summary>
internal sealed class DrainRun(BenchServers servers, FreshState state, BenchSettings settings)
{
    private static readonly LoadSettings Load = new() { StallLimit = TimeSpan.FromSeconds(5) };

    /// <summary>Measures a case once.</summary>
    public async Task<RunResult> RunAsync(BenchCase one, RunResult blank, CancellationToken cancellationToken)
    {
        await state.ResetAsync(one, cancellationToken);
        var warmUp = one.Votes(settings.WarmUpVotes);
        var plan = one.Plan(warmUp + one.Votes(settings.Votes));
        var ledger = await FillAsync(one, plan, cancellationToken);
        blank = blank with { Messages = plan.Votes, PublishedPerSecond = Rate(one, ledger) };

        await using var contestant = one.Contestant == Contestant.Ours
            ? await OursContestant.StartAsync(servers, one, cancellationToken)
            : (IRunningContestant)WorkerContestant.Prepare(servers, one.Contestant, plan, warmUp);
        await CalmAsync(contestant, cancellationToken);
        await using var source = await AskedAsync(one, cancellationToken);
        var sampler = await Sampler.StartAsync(servers, () => contestant.Pids.Values, cancellationToken);
        var probe = source is null
            ? null
            : new TallyProbe(source, MessagePlan.LawIds(plan), cancellationToken);
        var (problem, timeline) = await DrainAsync(one, ledger, contestant, sampler, cancellationToken);
        if (probe is not null)
            await probe.StopAsync();
        blank = blank with { PeakMegabytes = CaseRunner.Peaks(contestant) };
        if (problem is not null)
            return blank with { Problems = [problem], Exact = false };
        return one.Contestant == Contestant.AckOnly
            ? Acked(blank, ((WorkerContestant)contestant).Report!, timeline)
            : await CountedAsync(one, blank, ledger, warmUp, timeline, probe, cancellationToken);
    }

    private async Task<RunLedger> FillAsync(BenchCase one, LoadPlan plan, CancellationToken cancellationToken)
    {
        var prepared = await LoadRun.PrepareAsync(plan, servers.Endpoints, Load, cancellationToken);
        // Fed from memory: there is nothing to publish, and what has to come out is the same.
        return one.Contestant == Contestant.InsertOnly
            ? prepared with { Complete = true, Confirmed = plan.Votes }
            : await LoadRun.PublishAsync(
                prepared, servers.Endpoints, Load, new Progress<LoadProgress>(), cancellationToken);
    }

    private async Task CalmAsync(IRunningContestant contestant, CancellationToken cancellationToken)
    {
        await servers.ExecuteAsync("votes", "checkpoint", cancellationToken);
        int?[] pids = [servers.Cluster.Postgres.Process?.Pid, servers.Cluster.RabbitMq.Process?.Pid];
        await Calm.WaitAsync([.. pids.OfType<int>(), .. contestant.Pids.Values], cancellationToken);
    }

    private async Task<(string? Problem, Timeline Timeline)> DrainAsync(
        BenchCase one, RunLedger ledger, IRunningContestant contestant, Sampler sampler,
        CancellationToken cancellationToken)
    {
        string? problem;
        await using var core = one.OnBusyCore ? BusyCore.Start(servers, contestant, cancellationToken) : null;
        try
        {
            await contestant.BeginAsync(cancellationToken);
            await using var scraper = one is { Contestant: Contestant.Ours, Scraped: true }
                ? new MetricsScraper(servers.Endpoints.MetricsUrls, cancellationToken)
                : null;
            var votes = one.Contestant == Contestant.AckOnly ? 0 : ledger.TotalsBefore + ledger.Plan.Votes;
            problem = await new DrainWatch(servers).WaitAsync(votes, contestant, cancellationToken);
        }
        catch
        {
            // It is stopped in any case; what the drain failed by is what counts.
            await sampler.StopAsync();
            throw;
        }

        return (problem, await sampler.StopAsync());
    }

    private async Task<ITallySource?> AskedAsync(BenchCase one, CancellationToken cancellationToken) =>
        one.Questions switch
        {
            Questions.None => null,
            Questions.Grains => await TallyClient.ConnectAsync(
                servers.Cluster.Addresses.PostgresConnectionString, cancellationToken),
            Questions.Http => new HttpTallies(servers.Cluster.Addresses.SiloHttp),
            _ => throw new ArgumentOutOfRangeException(nameof(one)),
        };

    private async Task<RunResult> CountedAsync(
        BenchCase one, RunResult blank, RunLedger ledger, long warmUp, Timeline timeline, TallyProbe? probe,
        CancellationToken cancellationToken)
    {
        var report = await LoadRun.VerifyAsync(
            ledger, servers.Endpoints, Load, new Progress<LoadProgress>(), cancellationToken);
        var scale = CaseRunner.MessagesPerCountedVote(ledger.Plan);
        var commits = await CommitReader.ReadAsync(servers, ledger.Plan.RunId, cancellationToken);
        var drain = Drain.Of(commits, (long)(warmUp / scale));
        return Timed(blank, drain.From, drain.To, drain.Votes * scale, timeline) with
        {
            Exact = report.Exact,
            Problems = [.. report.Differences.Take(5).Select(static one => $"{one.Kind}: {one.Detail}")],
            GetTally = one.Questions == Questions.Grains ? probe?.Between(drain.From, drain.To) : null,
            HttpTally = one.Questions == Questions.Http ? probe?.Between(drain.From, drain.To) : null,
        };
    }

    private static RunResult Acked(RunResult blank, WorkerReport report, Timeline timeline) =>
        Timed(blank, report.From, report.To, report.Votes, timeline) with { Exact = true };

    private static RunResult Timed(
        RunResult blank, DateTimeOffset from, DateTimeOffset to, double votes, Timeline timeline)
    {
        var seconds = (to - from).TotalSeconds;
        var used = timeline.Used(from, to);
        return blank with
        {
            MeasuredVotes = (long)Math.Round(votes),
            Seconds = seconds,
            VotesPerSecond = votes / seconds,
            CpuMicroseconds = CaseRunner.PerVote(used, votes),
            TransactionsPerSecond = used.Transactions / seconds,
        };
    }

    private static double? Rate(BenchCase one, RunLedger ledger) =>
        one.Contestant == Contestant.InsertOnly ? null : ledger.Confirmed / ledger.Duration.TotalSeconds;
}
