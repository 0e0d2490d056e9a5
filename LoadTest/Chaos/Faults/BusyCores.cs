using System.Diagnostics;
using System.Globalization;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>Processes that compute nothing on all cores, beside those that are to count votes. Owns them.</summary>
internal sealed class BusyCores
{
    private const int ProcessesPerCore = 2;
    private const string Nothing = "while :; do :; done";

    private readonly List<Process> _processes = [];

    /// <summary>Starts them. Each ends by itself after a while, whatever becomes of the drill.</summary>
    public void Start(TimeSpan longest)
    {
        var seconds = longest.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        for (var number = 0; number < Environment.ProcessorCount * ProcessesPerCore; number++)
        {
            var start = new ProcessStartInfo("timeout", [seconds, "bash", "-c", Nothing]) { UseShellExecute = false };
            _processes.Add(Process.Start(start) ?? throw new UnreachableException("A program without a shell has a process."));
        }
    }

    /// <summary>Ends them.</summary>
    public async Task StopAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _processes.Clear();
    }
}
