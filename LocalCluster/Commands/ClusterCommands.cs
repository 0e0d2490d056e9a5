using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Votes.LocalCluster.Commands;

/// <summary>What the commands on one folder's cluster do; each returns the program's exit status.</summary>
internal sealed class ClusterCommands(IAnsiConsole console, LocalFolder folder)
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int LinesOfEachLog = 40;

    private static readonly TimeSpan PageLimit = TimeSpan.FromSeconds(10);

    /// <summary>Starts or scales the cluster.</summary>
    public async Task<int> UpAsync(int silos, int ingests, CancellationToken cancellationToken)
    {
        var options = Options() with { Silos = silos, Ingests = ingests };
        var before = await FindAsync(cancellationToken);
        if (before is { IsRunning: true } && before.Silos.Count == silos && before.Ingests.Count == ingests)
        {
            console.WriteLine("the cluster is up already");
            ClusterView.WriteAddresses(console, before, folder);
            return Done;
        }

        using var change = folder.Lock();
        var cluster = await Cluster.StartAsync(options, console.WriteLine, cancellationToken);
        ClusterView.WriteAddresses(console, cluster, folder);
        return Done;
    }

    /// <summary>Stops the cluster, or what is left of one.</summary>
    public async Task<int> DownAsync(CancellationToken cancellationToken)
    {
        if (ProcessFile.Alive(folder.Root).Count == 0)
        {
            console.WriteLine("no cluster is up");
            return Done;
        }

        using var change = folder.Lock();
        if (await FindAsync(cancellationToken) is { } cluster)
            await cluster.StopAsync(cancellationToken);
        // What an interrupted start left, and what lost its place in cluster.json.
        await folder.KillAllAsync(cancellationToken);
        console.WriteLine("the cluster is down");
        return Done;
    }

    /// <summary>Stops the cluster and removes everything it wrote.</summary>
    public async Task<int> CleanAsync(CancellationToken cancellationToken)
    {
        await DownAsync(cancellationToken);
        folder.Delete();
        console.WriteLine($"removed {folder.Root}");
        return Done;
    }

    /// <summary>Prints each part, its process and whether it is ready; fails where one is not.</summary>
    public async Task<int> StatusAsync(CancellationToken cancellationToken)
    {
        var cluster = await FindOrThrowAsync(cancellationToken);
        return await ClusterView.WriteStatusAsync(console, cluster, cancellationToken) ? Done : Failed;
    }

    /// <summary>Prints every metrics page; fails where one does not answer.</summary>
    public async Task<int> MetricsAsync(CancellationToken cancellationToken)
    {
        var cluster = await FindOrThrowAsync(cancellationToken);
        using var http = new HttpClient { Timeout = PageLimit };
        var status = Done;
        foreach (var service in cluster.Services)
        {
            try
            {
                var page = await http.GetStringAsync(new Uri($"{service.Address.Http}/metrics"), cancellationToken);
                await Console.Out.WriteLineAsync($"# {service.Name} {service.Address.Http}/metrics\n{page}");
            }
            catch (HttpRequestException error)
            {
                await Console.Error.WriteLineAsync($"{service.Name} {service.Address.Http}/metrics: {error.Message}");
                status = Failed;
            }
        }

        return status;
    }

    /// <summary>Shows the end of every log, and with follow what is added to them, until it is cancelled.</summary>
    public async Task<int> LogsAsync(bool follow, CancellationToken cancellationToken)
    {
        var logs = Path.Combine(folder.Root, "logs");
        var files = Directory.Exists(logs) ? Directory.GetFiles(logs, "*.log").Order().ToArray() : [];
        if (files.Length == 0)
            throw new ClusterException($"There are no logs in {logs}.");
        string[] arguments = follow
            ? ["-n", LinesOfEachLog.ToString(CultureInfo.InvariantCulture), "-F", .. files]
            : ["-n", LinesOfEachLog.ToString(CultureInfo.InvariantCulture), .. files];
        using var tail = Process.Start(new ProcessStartInfo("tail", arguments)) ??
            throw new UnreachableException("A program without a shell has a process.");
        try
        {
            await tail.WaitForExitAsync(cancellationToken);
            return tail.ExitCode;
        }
        catch (OperationCanceledException)
        {
            tail.Kill();
            return Done;
        }
    }

    /// <summary>Compares totals with audit rows and tells the queues' depths; fails on a difference.</summary>
    public async Task<int> CheckDatabaseAsync(CancellationToken cancellationToken)
    {
        var cluster = await FindOrThrowAsync(cancellationToken);
        var check = await DatabaseCheck.RunAsync(cluster.Addresses.PostgresConnectionString, cancellationToken);
        DatabaseCheckView.Write(console, check);
        foreach (var (queue, depth) in await QueueDepths.ReadAsync(cluster.Addresses, cancellationToken))
            console.WriteLine($"queue {queue}: {depth?.ToString("N0", CultureInfo.InvariantCulture) ?? "not there"}");
        return check.Differences == 0 ? Done : Failed;
    }

    private ClusterOptions Options() => new() { Folder = folder, DocumentedPorts = true };

    private Task<Cluster?> FindAsync(CancellationToken cancellationToken) =>
        Cluster.FindAsync(Options(), console.WriteLine, cancellationToken);

    private async Task<Cluster> FindOrThrowAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) is { Postgres.IsRunning: true } cluster
            ? cluster
            : throw new ClusterException("No cluster is up. Start one: make up");
}
