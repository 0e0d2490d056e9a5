using System.Security.Cryptography;
using System.Text.Json;
using Votes.Bench.Cases;
using Votes.Bench.Workers;
using Votes.LoadTest;
using Votes.LocalCluster;

namespace Votes.Bench.Running;

/// <summary>A contestant that is one process of its own: this program's workers, and the one in Python.</summary>
internal sealed class WorkerContestant(BenchServers servers, Contestant contestant, WorkerSettings settings)
    : IRunningContestant
{
    // Debian's own: its packages bring the libraries, and another Python on the path does not see them.
    private const string Python = "/usr/bin/python3";
    private const int TailLines = 5;

    private ProcessMark? _process;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Pids => _process is { IsAlive: true } process
        ? new Dictionary<string, int> { [Name] = process.Pid }
        : new Dictionary<string, int>();

    /// <inheritdoc/>
    public string? Failure =>
        _process is { IsAlive: false } ? $"{Name} ended: {LogFile.Tail(Log, TailLines)}" : null;

    /// <summary>What it did, where it has no database to read that from; null while it is at it.</summary>
    public WorkerReport? Report => WorkerReport.Read(settings.ReportFile);

    private string Name => Scenarios.NameOf(contestant);

    private string Log => servers.Folder.Log(Name);

    /// <summary>Prepares a worker.</summary>
    public static WorkerContestant Prepare(
        BenchServers servers, Contestant contestant, LoadPlan plan, long warmUp)
    {
        var report = Path.Combine(servers.Folder.Root, "worker-report.json");
        File.Delete(report);
        var addresses = servers.Cluster.Addresses;
        return new WorkerContestant(servers, contestant, new WorkerSettings
        {
            AmqpUrl = servers.Endpoints.AmqpUrl.AbsoluteUri,
            Queue = servers.Endpoints.Queue,
            Database = contestant == Contestant.Python ? addresses.PostgresUrl : addresses.PostgresConnectionString,
            VoterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            Plan = JsonSerializer.Serialize(plan),
            WarmUp = warmUp,
            ReportFile = report,
        });
    }

    /// <inheritdoc/>
    public Task BeginAsync(CancellationToken cancellationToken)
    {
        string[] command = contestant == Contestant.Python
            ? [Python, Path.Combine(Repository.Root, "Bench", "python", "aggregator.py")]
            : [Repository.DotNet, Repository.Program("Bench"), "worker", Name];
        _process = DetachedProcess.Start(command, settings.ToEnvironment(), Log);
        // On record, so that the next bench ends it if this one is killed.
        ProcessFile.Write(servers.Folder.ProcessOf(Name), _process);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await DetachedProcess.StopAsync(_process, Signal.Terminate, WaitLimits.Stop, CancellationToken.None);
    }
}
