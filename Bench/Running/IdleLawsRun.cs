using System.Globalization;
using Votes.Bench.Cases;
using Votes.Bench.Measuring;
using Votes.Bench.Results;

namespace Votes.Bench.Running;

/// <summary>
/// Activates laws by asking for their totals, and reads how much the silo's memory grew by each. Some come before, so
/// that what a silo sets up once is not divided among the laws.
/// </summary>
internal sealed class IdleLawsRun(BenchServers servers, FreshState state, BenchSettings settings)
{
    private const int QuestionsAtOnce = 128;
    private const int WarmUpOneIn = 4;

    /// <summary>Measures a case once.</summary>
    public async Task<RunResult> RunAsync(BenchCase one, RunResult blank, CancellationToken cancellationToken)
    {
        await state.ResetAsync(one, cancellationToken);
        await using var contestant = await OursContestant.StartAsync(servers, one, cancellationToken);
        await using var client = await TallyClient.ConnectAsync(
            servers.Cluster.Addresses.PostgresConnectionString, cancellationToken);
        var silo = contestant.Pids.Values.Single();
        var warmUp = settings.IdleLaws / WarmUpOneIn;
        await ActivateAsync(client, 0, warmUp, cancellationToken);
        var before = await AtRestAsync(silo, cancellationToken);
        await ActivateAsync(client, warmUp, settings.IdleLaws, cancellationToken);
        var after = await AtRestAsync(silo, cancellationToken);
        return blank with
        {
            IdleLawBytes = (double)(after - before) / settings.IdleLaws,
            PeakMegabytes = CaseRunner.Peaks(contestant),
        };
    }

    private static Task ActivateAsync(TallyClient client, int from, int count, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(from, count),
            new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtOnce, CancellationToken = cancellationToken },
            async (law, token) =>
                await client.AskAsync(law.ToString("'idle-'00000000", CultureInfo.InvariantCulture), token));

    private static async Task<long> AtRestAsync(int silo, CancellationToken cancellationToken)
    {
        await Calm.WaitAsync([silo], cancellationToken);
        return ProcessMemory.Resident(silo) ?? throw new BenchException("the silo ended");
    }
}
