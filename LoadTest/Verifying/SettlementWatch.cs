using Votes.LoadTest.Planning;
using Votes.LoadTest.Publishing;

namespace Votes.LoadTest.Verifying;

/// <summary>
/// Waits until a run is settled. What a consumer holds unacked is not visible over AMQP, so the condition is the
/// expected figures themselves; a run that stops moving short of them is judged as it stands.
/// </summary>
internal sealed class SettlementWatch(
    Database database, QueueProbe probe, OutcomeMetrics metrics, Endpoints endpoints, LoadSettings settings,
    TimeProvider time)
{
    private static readonly TimeSpan MetricsPatience = TimeSpan.FromSeconds(3);

    /// <summary>Returns what is missing if nothing moved for the stall limit, else null.</summary>
    public async Task<string?> WaitAsync(
        RunLedger ledger, PlanPart part, IProgress<LoadProgress> progress, CancellationToken cancellationToken)
    {
        var expected = new Expected(part.Ballots, part.Duplicates, part.Malformed, part.Redeliveries);
        var last = default(Settled);
        var moved = time.GetTimestamp();
        var countsOfRun = false;
        var lastFailure = "";
        while (true)
        {
            try
            {
                var settled = await LookAsync(ledger, countsOfRun, cancellationToken);
                lastFailure = "";
                if (settled != last)
                    (last, moved) = (settled, time.GetTimestamp());
                progress.Report(new(LoadPhase.Settle, settled.Sum, expected.Sum, expected.Missing(settled)));
                if (expected.IsReachedBy(settled))
                {
                    // The sum of all totals moves with other publishers' votes too; the run's own rows decide.
                    if (countsOfRun)
                    {
                        await WaitForMetricsAsync(ledger, expected, cancellationToken);
                        return null;
                    }

                    countsOfRun = true;
                    continue;
                }
            }
            catch (Exception exception) when ((exception is LoadFailedException || Broker.IsTransient(exception))
                && !cancellationToken.IsCancellationRequested)
            {
                // A server that is away may come back; until then nothing moves.
                lastFailure = exception.Message;
                progress.Report(new(LoadPhase.Settle, last.Sum, expected.Sum, lastFailure));
            }

            if (time.GetElapsedTime(moved) > settings.StallLimit)
                return string.Join("; ", new[] { expected.Missing(last), lastFailure }.Where(part => part.Length > 0));
            await Task.Delay(settings.PollInterval, time, cancellationToken);
        }
    }

    private async Task<Settled> LookAsync(RunLedger ledger, bool countsOfRun, CancellationToken cancellationToken)
    {
        var run = ledger.Plan.RunId;
        var counted = countsOfRun
            ? await database.CountedAsync(run, cancellationToken)
            : await database.SumOfTotalsAsync(cancellationToken) - ledger.TotalsBefore;
        var duplicates = await database.DuplicatesAsync(run, cancellationToken);
        var ready = await probe.DepthAsync(endpoints.Queue, cancellationToken) ?? 0;
        var dead = await probe.DepthAsync(endpoints.DeadLetterQueue, cancellationToken) ?? 0;
        return new(counted, duplicates, dead - ledger.DeadLettersBefore, ready);
    }

    // Redeliveries leave no trace in the database, and the last of them may still be on their way: where metrics show
    // them, a short wait lets the ledger's figure be the final one.
    private async Task WaitForMetricsAsync(RunLedger ledger, Expected expected, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < MetricsPatience)
        {
            var now = await metrics.RedeliveredAsync(cancellationToken);
            if (OutcomeMetrics.Growth(ledger.RedeliveredBefore, now) is not { } grown || grown >= expected.Redelivered)
                return;
            await Task.Delay(settings.PollInterval, time, cancellationToken);
        }
    }
}
