using System.Diagnostics;
using System.Globalization;
using Votes.Bench.Measuring;

namespace Votes.Bench.Running;

/// <summary>
/// One core for the servers and the contestant together, and processes beside them that keep it busy. Owns those, and lets the
/// servers use all cores again when it is disposed.
/// </summary>
internal sealed class BusyCore : IAsyncDisposable
{
    private const string Core = "0";
    private const int Others = 3;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    private readonly BenchServers _servers;
    private readonly IRunningContestant _contestant;
    private readonly CancellationTokenSource _stop;
    private readonly List<Process> _others = [];
    private readonly HashSet<int> _confined = [];
    private readonly Task _confining;

    private BusyCore(BenchServers servers, IRunningContestant contestant, CancellationToken cancellationToken)
    {
        _servers = servers;
        _contestant = contestant;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (var number = 0; number < Others; number++)
            _others.Add(Run("taskset", "-c", Core, "bash", "-c", "while :; do :; done"));
        _confining = Task.Run(() => ConfineAsync(_stop.Token), CancellationToken.None);
    }

    /// <summary>Makes the core busy, and keeps all processes on it: those that run, and those that start.</summary>
    public static BusyCore Start(
        BenchServers servers, IRunningContestant contestant, CancellationToken cancellationToken) =>
        new(servers, contestant, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _confining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        foreach (var other in _others)
        {
            other.Kill(entireProcessTree: true);
            await other.WaitForExitAsync();
            other.Dispose();
        }

        var last = (Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture);
        foreach (var pid in ProcessTable.Read().Family(Servers()))
            await SetCoresAsync(pid, $"0-{last}");
    }

    private async Task ConfineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var pid in ProcessTable.Read().Family([.. Servers(), .. _contestant.Pids.Values]))
            {
                if (_confined.Add(pid))
                    await SetCoresAsync(pid, Core);
            }

            await Task.Delay(LookAgain, TimeProvider.System, cancellationToken);
        }
    }

    private IEnumerable<int> Servers() =>
        new[] { _servers.Cluster.Postgres.Process?.Pid, _servers.Cluster.RabbitMq.Process?.Pid }.OfType<int>();

    // One that has ended meanwhile has no cores: what the program says of it does not matter.
    private static async Task SetCoresAsync(int pid, string cores)
    {
        using var setting = Run(
            "taskset", "--all-tasks", "--cpu-list", "--pid", cores, pid.ToString(CultureInfo.InvariantCulture));
        await setting.WaitForExitAsync();
    }

    private static Process Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start) ?? throw new UnreachableException("A program without a shell has a process.");
    }
}
