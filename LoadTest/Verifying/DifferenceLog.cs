namespace Votes.LoadTest.Verifying;

/// <summary>Collects differences: counts all, keeps the first of each kind in full up to a limit over all.</summary>
public sealed class DifferenceLog(int listed)
{
    private readonly Dictionary<DifferenceKind, long> _counts = [];
    private readonly List<Difference> _list = [];

    /// <summary>How many there are, by kind.</summary>
    public IReadOnlyDictionary<DifferenceKind, long> Counts => _counts;

    /// <summary>The first ones.</summary>
    public IReadOnlyList<Difference> Listed => _list;

    /// <summary>Adds one difference; the detail is made only where it is kept.</summary>
    public void Add(DifferenceKind kind, Func<string> detail)
    {
        var count = _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        // A flood of one kind leaves room for the first of each other.
        if (_list.Count < listed || (count == 1 && listed > 0))
            _list.Add(new(kind, detail()));
    }
}
