using Votes.Bench.Cases;
using Votes.Bench.Measuring;
using Votes.Bench.Results;
using Votes.LoadTest;
using Votes.LoadTest.Planning;

namespace Votes.Bench.Running;

/// <summary>Measures one case once, whatever its kind, and makes a failure a result.</summary>
internal sealed class CaseRunner
{
    private readonly DrainRun _drain;
    private readonly PacedRun _paced;
    private readonly IdleLawsRun _idleLaws;
    private readonly StreamsRun _streams;
    private readonly Func<double?> _topRate;

    /// <summary>A runner on these servers.</summary>
    /// <param name="servers">Broker and database.</param>
    /// <param name="settings">How much is measured.</param>
    /// <param name="topRate">The votes per second of a full drain, as far as it is known.</param>
    /// <param name="report">Told in a sentence what takes long.</param>
    public CaseRunner(BenchServers servers, BenchSettings settings, Func<double?> topRate, Action<string> report)
    {
        var state = new FreshState(servers, report);
        _drain = new DrainRun(servers, state, settings);
        _paced = new PacedRun(servers, state, settings);
        _idleLaws = new IdleLawsRun(servers, state, settings);
        _streams = new StreamsRun(servers, state, settings);
        _topRate = topRate;
    }

    /// <summary>Measures a case.</summary>
    public async Task<RunResult> RunAsync(BenchCase one, int round, CancellationToken cancellationToken)
    {
        var blank = new RunResult
        {
            Case = one.Name,
            Contestant = Scenarios.NameOf(one.Contestant),
            Round = round,
            StartedAt = TimeProvider.System.GetUtcNow(),
        };
        try
        {
            return one.Kind switch
            {
                CaseKind.Drain => await _drain.RunAsync(one, blank, cancellationToken),
                CaseKind.Paced => await _paced.RunAsync(one, blank, _topRate(), cancellationToken),
                CaseKind.Streams => await _streams.RunAsync(one, blank, cancellationToken),
                CaseKind.IdleLaws => await _idleLaws.RunAsync(one, blank, cancellationToken),
                _ => throw new ArgumentOutOfRangeException(nameof(one)),
            };
        }
        catch (Exception failure) when (failure is not OperationCanceledException
            || !cancellationToken.IsCancellationRequested)
        {
            // The other runs go on: a bench of an hour must not end by one of them.
            return blank with { Problems = [failure.Message] };
        }
    }

    /// <summary>How many messages a plan has for each vote that it counts.</summary>
    internal static double MessagesPerCountedVote(LoadPlan plan) =>
        (double)plan.Votes / new MessagePlan(plan).Ballots;

    /// <summary>What was used, for each vote.</summary>
    internal static CpuPerVote PerVote(in Sample used, double votes)
    {
        var (broker, database, own, bench) = (used.Broker, used.Database, used.Own, used.Bench);
        var strangers = Math.Max(0, used.Machine - broker - database - own - bench);
        return new CpuPerVote(Micros(broker), Micros(database), Micros(own), Micros(bench), Micros(strangers));

        double Micros(double seconds) => seconds * 1_000_000 / votes;
    }

    /// <summary>The most memory of each process, in MiB.</summary>
    internal static Dictionary<string, double> Peaks(IRunningContestant contestant) => contestant.Pids
        .Select(static process => (process.Key, Peak: ProcessMemory.Peak(process.Value)))
        .Where(static process => process.Peak is not null)
        .ToDictionary(static process => process.Key, static process => process.Peak!.Value / (1024.0 * 1024));
}
