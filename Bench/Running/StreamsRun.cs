using System.Diagnostics;
using Votes.Bench.Cases;
using Votes.Bench.Measuring;
using Votes.Bench.Results;
using Votes.LoadTest;
using Votes.LoadTest.Planning;

namespace Votes.Bench.Running;

/// <summary>
/// One law gets a vote every other second, of which its streams are told twice: as pending, and as counted. That is an update a
/// second. Reads the CPU of the cluster for a while with many open streams of it, and for as long with nobody who watches; the
/// difference is theirs.
/// </summary>
internal sealed class StreamsRun(BenchServers servers, FreshState state, BenchSettings settings)
{
    private const double VotesPerSecond = 0.5;
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>Measures a case once.</summary>
    public async Task<RunResult> RunAsync(BenchCase one, RunResult blank, CancellationToken cancellationToken)
    {
        await state.ResetAsync(one, cancellationToken);
        await using var contestant = await OursContestant.StartAsync(servers, one, cancellationToken);
        await contestant.BeginAsync(cancellationToken);
        var load = new LoadSettings { RatePerSecond = VotesPerSecond };
        var time = settings.StreamsWarmUp + settings.StreamsFor + Opening + Settling + settings.StreamsFor;
        var plan = one.Plan((long)(VotesPerSecond * time.TotalSeconds));
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var publishing = LoadRun.PublishAsync(
            plan, servers.Endpoints, load, new Progress<LoadProgress>(), ends.Token);
        try
        {
            var cost = await CompareAsync(MessagePlan.LawIds(plan)[0], contestant, cancellationToken);
            var report = await LoadRun.VerifyAsync(
                await publishing, servers.Endpoints, load, new Progress<LoadProgress>(), cancellationToken);
            return blank with
            {
                Messages = plan.Votes,
                PeakMegabytes = CaseRunner.Peaks(contestant),
                Streams = cost,
                Exact = report.Exact,
            };
        }
        finally
        {
            await ends.CancelAsync();
            await ((Task)publishing).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<StreamsCost> CompareAsync(
        string law, OursContestant contestant, CancellationToken cancellationToken)
    {
        // With streams first: a process that still compiles its code would count against the time without.
        var (events, with) = (0L, 0.0);
        await using (var streams = await LiveStreams.OpenAsync(
            servers.Cluster.Addresses.SiloHttp[0], law, settings.Streams, cancellationToken))
        {
            await PauseAsync(settings.StreamsWarmUp);
            events = -streams.Events;
            with = await CoresAsync();
            events += streams.Events;
            if (streams.Lost > 0)
                throw new BenchException($"{streams.Lost} of {settings.Streams} streams ended by themselves");
        }

        await PauseAsync(Settling);
        var without = await CoresAsync();
        return new StreamsCost(
            settings.Streams, events / settings.StreamsFor.TotalSeconds, without * 100, (with - without) * 100);

        async Task<double> CoresAsync()
        {
            var used = ProcessTable.Read().CpuSeconds(contestant.Pids.Values);
            var start = Stopwatch.GetTimestamp();
            await PauseAsync(settings.StreamsFor);
            return (ProcessTable.Read().CpuSeconds(contestant.Pids.Values) - used)
                / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Task PauseAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, cancellationToken);
    }
}
