namespace Votes.Grains;

/// <summary>
/// Chooses which laws have metrics under their own name: those with the most votes lately, with a preference for those
/// that have a name already, so that two laws of like traffic do not take turns. Pure; not thread-safe.
/// </summary>
public sealed class BusiestLaws(int keep)
{
    // A newcomer takes a name away only where it has clearly more votes.
    private const int Margin = 2;

    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private Dictionary<string, long> _votes = new(StringComparer.Ordinal);

    /// <summary>The laws that have a name now.</summary>
    public IReadOnlySet<string> Named => _named;

    /// <summary>Votes were counted on a law. A law gets a name at once while there are names left.</summary>
    public void Counted(string lawId, long votes)
    {
        _votes[lawId] = _votes.GetValueOrDefault(lawId) + votes;
        if (_named.Count < keep)
        {
            _named.Add(lawId);
        }
    }

    /// <summary>Ranks the laws by the votes since the last ranking.</summary>
    /// <returns>The laws that lost their name.</returns>
    public IReadOnlyList<string> Rank()
    {
        var ranked = _votes
            .OrderByDescending(row => _named.Contains(row.Key) ? row.Value * Margin : row.Value)
            .ThenBy(static row => row.Key, StringComparer.Ordinal)
            .Take(keep)
            .Select(static row => row.Key)
            .ToHashSet(StringComparer.Ordinal);

        // Laws without votes lately keep their names as long as nobody needs them.
        foreach (var quiet in _named.Where(lawId => !ranked.Contains(lawId)).Order(StringComparer.Ordinal).ToList())
        {
            if (ranked.Count < keep)
            {
                ranked.Add(quiet);
            }
        }

        var lost = _named.Where(lawId => !ranked.Contains(lawId)).ToList();
        _named.Clear();
        _named.UnionWith(ranked);
        _votes = new Dictionary<string, long>(StringComparer.Ordinal);
        return lost;
    }
}
