using System.Globalization;

namespace Votes.Bench.Measuring;

/// <summary>The CPU time of the whole machine, by which the share of strangers is told.</summary>
public static class MachineCpu
{
    private const int IdleField = 3;
    private const int IoWaitField = 4;
    private const int GuestField = 8;

    /// <summary>Seconds in which the machine's processors worked, since the boot.</summary>
    public static double BusySeconds()
    {
        using var reader = new StreamReader("/proc/stat");
        return Parse(reader.ReadLine() ?? "");
    }

    /// <summary>Reads the first line of /proc/stat.</summary>
    public static double Parse(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(static text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var busy = 0L;
        // A guest's time is in its host's user time already.
        for (var field = 0; field < Math.Min(fields.Length, GuestField); field++)
            busy += field is IdleField or IoWaitField ? 0 : fields[field];
        return busy / ProcessTable.TicksPerSecond;
    }
}
