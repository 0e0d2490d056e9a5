using Spectre.Console;
using Votes.LocalCluster;
using Votes.LocalCluster.Commands;

namespace Votes.LoadTest.CommandLine;

/// <summary>The whole cluster at work on this machine: start, publish, check, and stay for a look.</summary>
internal sealed class Demo(IAnsiConsole console, LocalFolder folder)
{
    private const string SampleLaws = "law-2026-";
    private const int MostLaws = 1_000;

    /// <summary>Runs the demo; the exit status is 0 where the totals are exact.</summary>
    /// <param name="votes">Number of messages to publish.</param>
    /// <param name="keep">Whether the cluster stays up until the token is cancelled.</param>
    /// <param name="cancellationToken">Ctrl-C: stops everything in order.</param>
    public async Task<int> RunAsync(long votes, bool keep, CancellationToken cancellationToken)
    {
        await using var cluster = await StartAsync(cancellationToken);
        var exact = false;
        if (cluster.Silos is [var silo, ..])
            console.WriteLine($"watch the results: {silo.Address.Http}/");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(cluster, end);
        try
        {
            exact = await PublishAndVerifyAsync(cluster, votes, end.Token);
            if (keep)
            {
                ClusterView.WriteAddresses(console, cluster, folder);
                console.WriteLine("Ctrl-C stops everything; `make check-db` in another terminal compares the totals with the votes");
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end.Token);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C or SIGTERM is how a demo that stays is meant to end.
            console.WriteLine("stopping");
        }
        catch (Exception exception) when (
            end.IsCancellationRequested && exception is OperationCanceledException or LoadFailedException)
        {
            console.WriteLine("the cluster was stopped by another command; the demo ends");
            return exact ? 0 : 1;
        }

        await end.CancelAsync();
        await watching;

        var clean = await cluster.StopAsync(CancellationToken.None);
        return exact && clean ? 0 : 1;
    }

    /// <summary>Ends the demo where its cluster is stopped from another terminal: nothing would end it otherwise.</summary>
    private static async Task WatchAsync(Cluster cluster, CancellationTokenSource end)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await tick.WaitForNextTickAsync(end.Token))
            {
                if (cluster.IsGone)
                    await end.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The demo ends.
        }
    }

    private async Task<Cluster> StartAsync(CancellationToken cancellationToken)
    {
        // Held for the start alone: `make down` in another terminal may end a demo that stays.
        using var change = folder.Lock();
        return await Cluster.StartAsync(
            new ClusterOptions { Folder = folder, DocumentedPorts = true, Silos = 2, Ingests = 1 },
            console.WriteLine, cancellationToken);
    }

    private async Task<bool> PublishAndVerifyAsync(Cluster cluster, long votes, CancellationToken cancellationToken)
    {
        var endpoints = LocalEndpoints.Of(cluster.Addresses);
        var settings = new LoadSettings();
        var samples = await LoadRun.OpenLawsAsync(SampleLaws, endpoints, settings, MostLaws, cancellationToken);
        var plan = new LoadPlan { Votes = votes, LawIds = samples, Skew = 0.5 };
        if (plan.Problems().Count > 0)
            throw new UsageException(plan.Problems()[0]);
        var report = await ProgressView.ShowAsync(
            console, progress => LoadRun.RunAsync(plan, endpoints, settings, progress, cancellationToken));
        ReportView.Write(console, report);
        return report.Exact;
    }
}
