using System.Globalization;

namespace Votes.Bench.Measuring;

/// <summary>All processes at one moment.</summary>
public sealed class ProcessTable
{
    /// <summary>Ticks per second in /proc, the same on every Linux that .NET runs on.</summary>
    public const double TicksPerSecond = 100;

    private readonly Dictionary<int, ProcessRow> _rows;
    private readonly ILookup<int, int> _children;

    /// <summary>A table of these rows.</summary>
    public ProcessTable(IEnumerable<ProcessRow> rows)
    {
        _rows = rows.ToDictionary(static row => row.Pid);
        _children = _rows.Values.ToLookup(static row => row.ParentPid, static row => row.Pid);
    }

    /// <summary>Reads /proc.</summary>
    public static ProcessTable Read()
    {
        var rows = new List<ProcessRow>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _) &&
                ReadRow(folder) is { } row)
            {
                rows.Add(row);
            }
        }

        return new ProcessTable(rows);
    }

    /// <summary>
    /// The CPU seconds that processes took since they started, with all that they started: those that live, and those
    /// that ended and were waited for.
    /// </summary>
    public double CpuSeconds(IEnumerable<int> roots) =>
        Family(roots).Sum(pid => _rows[pid].OwnTicks + _rows[pid].ReapedTicks) / TicksPerSecond;

    /// <summary>Processes that live, with all that they started and that lives.</summary>
    public IReadOnlySet<int> Family(IEnumerable<int> roots)
    {
        var open = new Stack<int>(roots.Distinct());
        var seen = new HashSet<int>();
        while (open.TryPop(out var pid))
        {
            if (!_rows.ContainsKey(pid) || !seen.Add(pid))
                continue;
            foreach (var child in _children[pid])
                open.Push(child);
        }

        return seen;
    }

    private static ProcessRow? ReadRow(string folder)
    {
        try
        {
            return ProcessRow.Parse(File.ReadAllText(Path.Combine(folder, "stat")));
        }
        catch (IOException)
        {
            // It ended between the listing and this.
            return null;
        }
    }
}
