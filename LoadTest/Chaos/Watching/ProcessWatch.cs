using System.Globalization;
using Votes.LoadTest.Chaos.Invariants;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Watching;

/// <summary>Looks whether every silo and Ingest is there, and how much memory it holds.</summary>
/// <param name="services">The processes that belong to the cluster now.</param>
/// <param name="mayEnd">Whether a process's end is a fault's doing just now.</param>
/// <param name="siloLimit">The most memory of a silo, in bytes.</param>
/// <param name="ingestLimit">The most memory of an Ingest, in bytes.</param>
/// <param name="book">Told of what is wrong.</param>
/// <param name="time">The clock of its rounds.</param>
internal sealed class ProcessWatch(
    Func<IReadOnlyList<ServiceProcess>> services, Func<ServiceProcess, bool> mayEnd, long siloLimit, long ingestLimit,
    InvariantBook book, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly HashSet<ProcessMark> _known = [];
    private readonly HashSet<ProcessMark> _told = [];
    private long _mostOfSilo;
    private long _mostOfIngest;

    /// <summary>The most memory that a process of this kind has held, in bytes.</summary>
    public long MostOf(ServiceKind kind) => kind == ServiceKind.Silo ? _mostOfSilo : _mostOfIngest;

    /// <summary>The processes seen.</summary>
    public int Seen => _known.Count;

    /// <summary>Looks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var service in services())
                Look(service);
            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Look(ServiceProcess service)
    {
        if (service.Process is not { } process)
            return;
        _known.Add(process);
        book.Checked(Invariant.ProcessesStay);
        // Asked in this order: a fault says first that the process may end, and then ends it.
        if (!process.IsAlive)
        {
            if (!mayEnd(service) && _told.Add(process))
                book.Violated(Invariant.ProcessesStay, $"{service.Name} (pid {process.Pid}) ended by itself");
            return;
        }

        var memory = ResidentBytes(process.Pid);
        var limit = service.Address.Kind == ServiceKind.Silo ? siloLimit : ingestLimit;
        ref var most = ref service.Address.Kind == ServiceKind.Silo ? ref _mostOfSilo : ref _mostOfIngest;
        most = Math.Max(most, memory);
        if (memory > limit && _told.Add(process))
        {
            book.Violated(Invariant.ProcessesStay, string.Create(
                CultureInfo.InvariantCulture,
                $"{service.Name} holds {memory >> 20} MiB of memory; the limit is {limit >> 20} MiB"));
        }
    }

    // The peak, so that a round of looking in between misses nothing.
    private static long ResidentBytes(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/status")
                .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null
                ? 0
                : long.Parse(line.AsSpan("VmHWM:".Length).Trim(" \tkB"), CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            // It ended while it was being looked at; the next round tells.
            return 0;
        }
    }
}
