using System.Globalization;
using System.Runtime.InteropServices;

namespace Votes.LocalCluster;

/// <summary>
/// One process of this machine, for ever: its pid together with when it started. Another process that gets the same
/// pid later, even after a reboot, is not this one and never receives a signal through this mark.
/// </summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTicks">When it started, in clock ticks since the boot; -1 for a process that was gone at once.</param>
/// <param name="BootId">Which boot of the machine the ticks count from.</param>
public sealed partial record ProcessMark(int Pid, long StartTicks, string BootId)
{
    private const char Zombie = 'Z';
    private const char Dead = 'X';

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly Lazy<string> CurrentBootId = new(ReadBootId);

    /// <summary>Whether this very process still runs; a zombie that nobody has reaped does not.</summary>
    public bool IsAlive =>
        string.Equals(BootId, CurrentBootId.Value, StringComparison.Ordinal) &&
        ReadStat(Pid) is { } stat && stat.StartTicks == StartTicks && stat.State is not (Zombie or Dead);

    /// <summary>The current process.</summary>
    public static ProcessMark Current => Of(Environment.ProcessId);

    /// <summary>The mark of the process that has this pid now; one that is never alive when there is none.</summary>
    public static ProcessMark Of(int pid) => new(pid, ReadStat(pid)?.StartTicks ?? -1, CurrentBootId.Value);

    /// <summary>Sends a signal to this process; false when it is gone.</summary>
    /// <exception cref="ClusterException">The process belongs to somebody else.</exception>
    public bool Send(Signal signal)
    {
        if (!IsAlive)
            return false;
        if (Kill(Pid, (int)signal) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return IsAlive
            ? throw new ClusterException(
                $"Process {Pid} cannot be sent {signal}: {Marshal.GetPInvokeErrorMessage(error)}.")
            : false;
    }

    /// <summary>Waits until this process is gone; false when it still runs after the limit.</summary>
    public Task<bool> WaitForExitAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        Poll.UntilAsync(_ => Task.FromResult(!IsAlive), limit, PollInterval, cancellationToken);

    /// <summary>The processes that this one started and that still run.</summary>
    public IReadOnlyList<ProcessMark> Children()
    {
        var children = new List<ProcessMark>();
        if (!IsAlive)
            return children;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) &&
                ReadStat(pid) is { } stat && stat.ParentPid == Pid)
            {
                children.Add(new ProcessMark(pid, stat.StartTicks, CurrentBootId.Value));
            }
        }

        return children;
    }

    private static Stat? ReadStat(int pid)
    {
        try
        {
            // The second field is the program's name in parentheses and may hold anything, parentheses too.
            var text = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Stat(
                fields[0][0],
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // There is no such process, or it ended while its file was being read.
            return null;
        }
    }

    private static string ReadBootId()
    {
        const string BootIdFile = "/proc/sys/kernel/random/boot_id";
        if (!File.Exists(BootIdFile))
            throw new ClusterException("The local cluster needs Linux (/proc); elsewhere use `docker compose up`.");
        return File.ReadAllText(BootIdFile).Trim();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);

    private readonly record struct Stat(char State, int ParentPid, long StartTicks);
}
