using Votes.Grains.Interfaces;

namespace Votes.Grains.Reports;

/// <summary>The last report of each Ingest. Pure; not thread-safe.</summary>
public sealed class IngestRegistry
{
    /// <summary>The most Ingests that are kept; beyond it the one that has been silent for longest goes.</summary>
    public const int MostIngests = 1_000;

    /// <summary>How long an Ingest that reports no more is kept.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Takes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="now">The time by a clock that only goes forward.</param>
    public void Take(IngestReport report, TimeSpan now)
    {
        if (report.IsStopping)
        {
            _entries.Remove(report.Name);
            return;
        }

        _entries.TryGetValue(report.Name, out var before);

        // A report that was overtaken by a newer one, or the first of a process that has an older one's name.
        if (before is not null && report.Uptime <= before.Report.Uptime)
        {
            before = null;
        }

        _entries[report.Name] = new Entry(report, now, Rate(before, report, static r => r.Received), Rate(before, report, static r => r.Settled));
        if (_entries.Count > MostIngests)
        {
            _entries.Remove(_entries.MinBy(static entry => entry.Value.At).Key);
        }
    }

    /// <summary>The Ingests that are known.</summary>
    public IngestPresence[] Read(TimeSpan now)
    {
        foreach (var (name, entry) in _entries)
        {
            if (now - entry.At > KeptFor)
            {
                _entries.Remove(name);
            }
        }

        return
        [
            .. _entries.Values.OrderBy(static entry => entry.Report.Name, StringComparer.Ordinal)
                .Select(entry => new IngestPresence(entry.Report, now - entry.At, entry.Received, entry.Settled)),
        ];
    }

    private static double Rate(Entry? before, IngestReport report, Func<IngestReport, long> count) =>
        before is null
            ? 0
            : Math.Max(0, count(report) - count(before.Report)) / (report.Uptime - before.Report.Uptime).TotalSeconds;

    private sealed record Entry(IngestReport Report, TimeSpan At, double Received, double Settled);
}
