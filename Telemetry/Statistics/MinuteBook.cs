namespace Votes.Telemetry.Statistics;

/// <summary>
/// The minutes of this process that are not in the database yet, oldest first: at most so many, however long the database
/// is away. Pure; not thread-safe.
/// </summary>
/// <param name="mostUnwritten">How many minutes are kept; beyond them the oldest go.</param>
public sealed class MinuteBook(int mostUnwritten)
{
    private readonly List<MinuteRow> _unwritten = [];
    private MinuteRow? _last;

    /// <summary>How many minutes are not in the database yet.</summary>
    public int Count => _unwritten.Count;

    /// <summary>How many minutes were given up because there were too many.</summary>
    public long Dropped { get; private set; }

    /// <summary>A minute is over.</summary>
    public void Close(DateTime minute, in MinuteFigures figures)
    {
        if (_last is not null && minute <= _last.Minute)
        {
            // The clock went back. A row says what was done in its minute, so this minute's must not be written over: what
            // was done since joins the newest row until the clock has caught up.
            _unwritten.Remove(_last);
            _last = _last with { Figures = _last.Figures.And(figures) };
        }
        else
        {
            _last = new MinuteRow(minute, figures);
        }

        _unwritten.Add(_last);
        if (_unwritten.Count > mostUnwritten)
        {
            _unwritten.RemoveAt(0);
            Dropped++;
        }
    }

    /// <summary>The oldest minutes that are to be written, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<MinuteRow> Oldest(int most) => [.. _unwritten.Take(most)];

    /// <summary>These rows are in the database.</summary>
    public void Written(IReadOnlyList<MinuteRow> rows)
    {
        // By reference: a row that was added to meanwhile is another one, and still to be written.
        var written = rows.ToHashSet<MinuteRow>(ReferenceEqualityComparer.Instance);
        _unwritten.RemoveAll(written.Contains);
    }
}
