using System.Diagnostics;

namespace Votes.LocalCluster;

/// <summary>Runs a short-lived program to its end, with a time limit, and keeps what it wrote.</summary>
internal static class Command
{
    /// <summary>Runs a program; its exit status is the caller's to judge.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Variables set on top of the inherited ones; null removes one.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="limit">After this it is killed, with what it started.</param>
    /// <param name="cancellationToken">Kills it as well.</param>
    /// <exception cref="ClusterException">It could not be started, or did not end in time.</exception>
    public static async Task<CommandResult> RunAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment, string input,
        TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A folder that every account may stand in: the current one may be closed to the database's account.
            WorkingDirectory = "/",
        };
        Apply(environment, start);
        using var process = StartOrThrow(start);
        using var timeout = new CancellationTokenSource(limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var error = process.StandardError.ReadToEndAsync(either.Token);
            await WriteInputAsync(process, input, either.Token);
            await Task.WhenAll(output, error);
            await process.WaitForExitAsync(either.Token);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException error)
        {
            process.Kill(entireProcessTree: true);
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new ClusterException($"`{command[0]}` did not end within {limit.TotalSeconds:0} seconds.", error);
        }
    }

    /// <summary>Runs a program that must succeed, and returns its standard output.</summary>
    /// <exception cref="ClusterException">It failed; the message carries what it wrote.</exception>
    public static async Task<string> RunOrThrowAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment, string input,
        TimeSpan limit, CancellationToken cancellationToken)
    {
        var result = await RunAsync(command, environment, input, limit, cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new ClusterException(
                $"`{string.Join(' ', command)}` failed with status {result.ExitCode}:\n" +
                (result.Error + result.Output).Trim());
    }

    /// <summary>Sets variables of a program that is about to start; null removes one.</summary>
    internal static void Apply(IReadOnlyDictionary<string, string?>? environment, ProcessStartInfo start)
    {
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
                start.Environment.Remove(key);
            else
                start.Environment[key] = value;
        }
    }

    private static Process StartOrThrow(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new UnreachableException("A program without a shell has a process.");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new ClusterException($"`{start.FileName}` cannot be started: {error.Message}.", error);
        }
    }

    private static async Task WriteInputAsync(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended, or closed its input, without reading all of it: its exit status tells whether that is well.
        }
    }
}
