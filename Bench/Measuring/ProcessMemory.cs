using System.Globalization;

namespace Votes.Bench.Measuring;

/// <summary>What memory a process holds, by /proc/PID/status.</summary>
public static class ProcessMemory
{
    /// <summary>The most memory that a process held at once, in bytes; null where it is gone.</summary>
    public static long? Peak(int pid) => Read(pid, "VmHWM");

    /// <summary>The memory that a process holds now, in bytes; null where it is gone.</summary>
    public static long? Resident(int pid) => Read(pid, "VmRSS");

    /// <summary>Reads one line of the file, in bytes; null where there is no such line.</summary>
    public static long? Parse(IEnumerable<string> lines, string name)
    {
        var line = lines.FirstOrDefault(text => text.StartsWith(name + ":", StringComparison.Ordinal));
        if (line is null)
            return null;
        var kibibytes = line[(name.Length + 1)..].Trim().Split(' ')[0];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }

    private static long? Read(int pid, string name)
    {
        try
        {
            return Parse(File.ReadLines($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/status"), name);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
