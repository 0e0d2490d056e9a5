using System.Diagnostics;

namespace Votes.LocalCluster;

/// <summary>Starts processes that outlive this one: in a session of their own, with their output in a file.</summary>
public static class DetachedProcess
{
    // sh and setsid both replace themselves, so the pid that this process sees is the program's own. The setsid
    // program forks only when it leads a process group, and a child that was just started leads none.
    private const string Script = "log=$1; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null";

    /// <summary>Starts a program and returns at once.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Variables set on top of the inherited ones; null removes one.</param>
    /// <param name="logFile">Standard output and error are appended here.</param>
    /// <param name="folder">Its current folder; one that every account may stand in if not told otherwise.</param>
    public static ProcessMark Start(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string?> environment, string logFile,
        string folder = "/")
    {
        LogFile.Prepare(logFile);
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", logFile, .. command])
        {
            WorkingDirectory = folder,
        };
        Command.Apply(environment, start);
        // The handle is let go, the process is not: the runtime reaps it if it ends before this process does.
        using var process =
            Process.Start(start) ?? throw new UnreachableException("A program without a shell has a process.");
        return ProcessMark.Of(process.Id);
    }

    /// <summary>
    /// Stops a process: sends the polite signal, waits, and kills it when it still runs. True when it went by itself.
    /// </summary>
    public static async Task<bool> StopAsync(
        ProcessMark process, Signal polite, TimeSpan limit, CancellationToken cancellationToken)
    {
        // One that stands still would take no notice of a polite signal.
        process.Send(Signal.Continue);
        process.Send(polite);
        if (await process.WaitForExitAsync(limit, cancellationToken))
            return true;
        await KillAsync(process, cancellationToken);
        return false;
    }

    /// <summary>Kills a process with SIGKILL, and waits until it is gone.</summary>
    public static async Task KillAsync(ProcessMark process, CancellationToken cancellationToken)
    {
        process.Send(Signal.Kill);
        if (!await process.WaitForExitAsync(TimeSpan.FromSeconds(30), cancellationToken))
            throw new ClusterException($"Process {process.Pid} is still there 30 seconds after SIGKILL.");
    }
}
