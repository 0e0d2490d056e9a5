using Votes.Bench.Cases;
using Votes.Bench.Measuring;
using Votes.Bench.Results;
using Votes.LoadTest;
using Votes.LoadTest.Planning;

namespace Votes.Bench.Running;

/// <summary>Publishes at a share of the top rate, and reads how long votes took to be durable.</summary>
internal sealed class PacedRun(BenchServers servers, FreshState state, BenchSettings settings)
{
    /// <summary>Measures a case once, at a share of this rate.</summary>
    public async Task<RunResult> RunAsync(
        BenchCase one, RunResult blank, double? topRate, CancellationToken cancellationToken)
    {
        if (topRate is not { } top)
            return blank with { Problems = ["there is no full drain of `ours` to take the pace from"] };
        var pace = top * settings.PacedShare;
        var load = new LoadSettings { RatePerSecond = pace };
        await state.ResetAsync(one, cancellationToken);
        await using var contestant = await OursContestant.StartAsync(servers, one, cancellationToken);
        await contestant.BeginAsync(cancellationToken);
        await using var scraper = new MetricsScraper(servers.Endpoints.MetricsUrls, cancellationToken);
        await using var client = await TallyClient.ConnectAsync(
            servers.Cluster.Addresses.PostgresConnectionString, cancellationToken);

        var before = one.WarmUpPlan(Number(pace, settings.PacedWarmUp));
        var warm = await LoadRun.RunAsync(
            before, servers.Endpoints, load, new Progress<LoadProgress>(), cancellationToken);
        var plan = one.Plan(Number(pace, settings.PacedFor));
        var sampler = await Sampler.StartAsync(servers, () => contestant.Pids.Values, cancellationToken);
        var probe = new TallyProbe(client, MessagePlan.LawIds(plan), cancellationToken);
        RunLedger ledger;
        Timeline timeline;
        try
        {
            ledger = await LoadRun.PublishAsync(
                plan, servers.Endpoints, load, new Progress<LoadProgress>(), cancellationToken);
        }
        finally
        {
            await probe.StopAsync();
            timeline = await sampler.StopAsync();
        }

        var report = await LoadRun.VerifyAsync(
            ledger, servers.Endpoints, load, new Progress<LoadProgress>(), cancellationToken);
        var used = timeline.Used(ledger.StartedAt, ledger.EndedAt);
        return blank with
        {
            Messages = before.Votes + plan.Votes,
            MeasuredVotes = plan.Votes,
            Seconds = ledger.Duration.TotalSeconds,
            PublishedPerSecond = plan.Votes / ledger.Duration.TotalSeconds,
            CpuMicroseconds = CaseRunner.PerVote(used, plan.Votes),
            TransactionsPerSecond = used.Transactions / ledger.Duration.TotalSeconds,
            PeakMegabytes = CaseRunner.Peaks(contestant),
            CastToDurable = report.Latency is { } latency ? Of(latency, report.Counted) : null,
            GetTally = probe.Between(ledger.StartedAt, ledger.EndedAt),
            Exact = warm.Exact && report.Exact,
            Problems = [.. warm.Differences.Concat(report.Differences).Take(5)
                .Select(static one => $"{one.Kind}: {one.Detail}")],
        };
    }

    private static long Number(double pace, TimeSpan time) => Math.Max(1, (long)(pace * time.TotalSeconds));

    private static Percentiles Of(Latency latency, long votes) =>
        new(latency.P50.TotalMilliseconds, latency.P95.TotalMilliseconds, latency.P99.TotalMilliseconds, votes);
}
