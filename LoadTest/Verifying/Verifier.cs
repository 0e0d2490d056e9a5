using Votes.LoadTest.Planning;
using Votes.LoadTest.Publishing;

namespace Votes.LoadTest.Verifying;

/// <summary>Waits until a run is settled, compares the database with its plan, and writes the report.</summary>
internal sealed class Verifier(Endpoints endpoints, LoadSettings settings, TimeProvider time)
{
    public async Task<LoadReport> RunAsync(
        RunLedger ledger, IProgress<LoadProgress> progress, CancellationToken cancellationToken)
    {
        var plan = new MessagePlan(ledger.Plan);
        var part = new PlanPart(plan, ledger.Published ?? plan.Messages);
        var broker = new Broker(endpoints.ForReading, settings, time);
        await using var database = new Database(endpoints, settings);
        await using var probe = new QueueProbe(broker);
        using var metrics = new OutcomeMetrics(endpoints);

        // A server that cannot be reached at all is a wrong address, not a stall.
        await database.SumOfTotalsAsync(cancellationToken);
        await ReachAsync(broker, probe.DepthAsync(endpoints.Queue, cancellationToken), cancellationToken);
        var watch = new SettlementWatch(database, probe, metrics, endpoints, settings, time);
        var stalled = await watch.WaitAsync(ledger, part, progress, cancellationToken);

        var differences = new DifferenceLog(settings.ListedDifferences);
        var comparison = new Comparison(part, differences);
        var figures = await new RunSnapshot(database, plan, progress)
            .ReadAsync(comparison, differences, cancellationToken);
        comparison.Finish(figures.VoterKeys);

        var ready = await ReachAsync(
            broker, probe.DepthAsync(endpoints.Queue, cancellationToken), cancellationToken) ?? 0;
        var rejected = -ledger.DeadLettersBefore + (await ReachAsync(
            broker, probe.DepthAsync(endpoints.DeadLetterQueue, cancellationToken), cancellationToken) ?? 0);
        if (settings.InspectDeadLetters)
        {
            var letters = new DeadLetterReader(broker, endpoints, settings);
            await letters.CompareAsync(ledger, part, differences, cancellationToken);
        }
        else if (DeadLetterCount.Problem(rejected, part.Malformed, ledger.RepublishedMalformed) is { } problem)
        {
            differences.Add(DifferenceKind.DeadLetters, () => problem);
        }

        if (ready > 0)
            differences.Add(DifferenceKind.QueueNotEmpty, () => $"{ready} messages are left in {endpoints.Queue}");
        var growth = OutcomeMetrics.Growth(
            ledger.RedeliveredBefore, await metrics.RedeliveredAsync(cancellationToken));
        return Report(ledger, comparison, figures, differences, rejected, growth) with { Stalled = stalled };
    }

    private static LoadReport Report(
        RunLedger ledger, Comparison comparison, RunFigures figures, DifferenceLog differences, long rejected,
        long? growth) => new()
        {
            Plan = ledger.Plan,
            Published = ledger.Confirmed,
            Republished = ledger.Republished,
            Counted = comparison.Counted,
            Duplicates = comparison.Duplicates,
            Redelivered = growth ?? ledger.Confirmed - comparison.Counted - comparison.Duplicates - rejected,
            RedeliveredSource = growth is null
                ? "computed: published less all others"
                : "from the Ingests' metrics",
            Rejected = rejected,
            Laws = comparison.Totals(figures.Totals),
            DifferenceCounts = differences.Counts,
            Differences = differences.Listed,
            PublishRate = PerSecond(ledger.Confirmed, ledger.Duration),
            DrainRate = PerSecond(comparison.Counted, figures.CountedFor),
            Latency = figures.Latency,
        };

    private static double PerSecond(long count, TimeSpan duration) =>
        duration > TimeSpan.Zero ? count / duration.TotalSeconds : 0;

    private static async Task<T> ReachAsync<T>(Broker broker, Task<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call;
        }
        catch (Exception exception) when (Broker.IsTransient(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw broker.Unreachable(exception);
        }
    }
}
