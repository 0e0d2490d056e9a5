using System.Globalization;

namespace Votes.Bench.Measuring;

/// <summary>One line of /proc: a process, its parent, and the CPU time that it took so far.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="ParentPid">Who started it.</param>
/// <param name="OwnTicks">Clock ticks in user and kernel mode, of all its threads.</param>
/// <param name="ReapedTicks">The same of children that ended and that it waited for, with theirs.</param>
public readonly record struct ProcessRow(int Pid, int ParentPid, long OwnTicks, long ReapedTicks)
{
    /// <summary>Reads the text of /proc/PID/stat; null where it was cut short.</summary>
    public static ProcessRow? Parse(string stat)
    {
        // The second field is the program's name in parentheses and may hold anything, parentheses too.
        var open = stat.IndexOf('(', StringComparison.Ordinal);
        var close = stat.LastIndexOf(')');
        if (open < 0 || close < open)
            return null;
        var fields = stat[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // proc(5) counts from 1 and has pid and name before these: utime is its field 14.
        return fields.Length < 15
            ? null
            : new ProcessRow(
                int.Parse(stat.AsSpan(0, open), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture),
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                Number(fields[11]) + Number(fields[12]),
                Number(fields[13]) + Number(fields[14]));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
