using System.Collections.Concurrent;

namespace Votes.Telemetry.Logs;

/// <summary>
/// How many lines a category of a library may write: a number at once, then one a second. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class LineLimit(TimeProvider time)
{
    /// <summary>How many lines of a category come at once.</summary>
    public const int AtOnce = 10;

    private static readonly TimeSpan EachLine = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Allowance> _categories = new(StringComparer.Ordinal);

    /// <summary>Whether a category may write a line now; where it may not, the line is counted.</summary>
    public bool TryPass(string category)
    {
        var allowance = _categories.GetOrAdd(category, static (_, clock) => new Allowance(clock.GetTimestamp()), time);
        lock (allowance)
        {
            var whole = (long)(time.GetElapsedTime(allowance.Since) / EachLine);
            if (whole > 0)
            {
                allowance.Left = (int)Math.Min(AtOnce, allowance.Left + whole);
                allowance.Since = time.GetTimestamp();
            }

            if (allowance.Left > 0)
            {
                allowance.Left--;
                return true;
            }

            allowance.Suppressed++;
            return false;
        }
    }

    /// <summary>Takes the number of lines that each category was kept from writing since the last call.</summary>
    public IReadOnlyList<(string Category, long Lines)> TakeSuppressed()
    {
        List<(string, long)> taken = [];
        foreach (var (category, allowance) in _categories)
        {
            lock (allowance)
            {
                if (allowance.Suppressed > 0)
                {
                    taken.Add((category, allowance.Suppressed));
                    allowance.Suppressed = 0;
                }
            }
        }

        return taken;
    }

    private sealed class Allowance(long since)
    {
        public int Left { get; set; } = AtOnce;

        public long Since { get; set; } = since;

        public long Suppressed { get; set; }
    }
}
