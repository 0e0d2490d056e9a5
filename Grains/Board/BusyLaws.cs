namespace Votes.Grains.Board;

/// <summary>
/// The board's figures: laws and silos by what their events tell, of which some may be lost, late or told twice. Holds so many
/// laws at most. Pure; moments come in as timestamps of one clock; not thread-safe.
/// </summary>
public sealed class BusyLaws(int maxLaws)
{
    private static readonly TimeSpan SiloMemory = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, LawEntry> _laws = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SiloEntry> _silos = new(StringComparer.Ordinal);
    private readonly VoteRate _rate = new();

    /// <summary>The laws on the board, those that moved last first.</summary>
    public List<string> LawIds => [.. ByMove().Select(static row => row.Key)];

    /// <summary>A silo told what it counted.</summary>
    public void Moved(TalliesMoved moved, TimeSpan now)
    {
        ForgetSilos(now);
        var known = _silos.TryGetValue(moved.Silo, out var silo);
        silo ??= _silos[moved.Silo] = new SiloEntry();

        // By the difference of totals, what a lost event told is caught up on; by the silo's hint where there is no other.
        var counted = known ? Math.Max(0, moved.Counted - silo.Counted) : moved.CountedLately;
        silo.Counted = Math.Max(silo.Counted, moved.Counted);
        (silo.Pending, silo.Lag, silo.HeardAt) = (moved.Pending, moved.Lag, now);
        silo.Rate.Add(counted, now);
        _rate.Add(counted, now);
        foreach (var law in moved.Laws)
        {
            Moved(law, now);
        }

        Prune();
    }

    /// <summary>A law's totals were read from the database. Others than those on the board are put at its end.</summary>
    public void Synced(string lawId, long total, long version)
    {
        if (!_laws.TryGetValue(lawId, out var entry))
        {
            if (_laws.Count >= maxLaws)
            {
                return;
            }

            _laws.Add(lawId, entry = new LawEntry { MovedAt = -TimeSpan.FromTicks(_laws.Count + 1) });
        }

        if (version > entry.Version)
        {
            (entry.Total, entry.Version) = (total, version);
        }
    }

    /// <summary>The board now.</summary>
    /// <param name="laws">The most laws to show.</param>
    /// <param name="now">Now.</param>
    public BoardView View(int laws, TimeSpan now)
    {
        ForgetSilos(now);
        return new BoardView(
            _rate.PerSecond(now),
            [
                .. _laws
                    .Select(row => (row.Value.MovedAt, Law: new BoardLaw(
                        row.Key, row.Value.Total, row.Value.Rate?.PerSecond(now) ?? 0)))
                    .OrderByDescending(static row => row.Law.VotesPerSecond)
                    .ThenByDescending(static row => row.MovedAt)
                    .ThenBy(static row => row.Law.LawId, StringComparer.Ordinal)
                    .Take(laws)
                    .Select(static row => row.Law),
            ],
            [
                .. _silos.OrderBy(static row => row.Key, StringComparer.Ordinal).Select(row => new BoardSilo(
                    row.Key, row.Value.Rate.PerSecond(now), row.Value.Pending, row.Value.Lag)),
            ]);
    }

    private void Moved(in MovedLaw law, TimeSpan now)
    {
        if (!_laws.TryGetValue(law.LawId, out var entry))
        {
            _laws.Add(law.LawId, entry = new LawEntry { Total = law.Total - law.Counted });
        }

        if (law.Version <= entry.Version)
        {
            return;
        }

        entry.Rate ??= new VoteRate();
        entry.Rate.Add(Math.Max(0, law.Total - entry.Total), now);
        (entry.Total, entry.Version, entry.MovedAt) = (law.Total, law.Version, now);
    }

    private void Prune()
    {
        if (_laws.Count > maxLaws)
        {
            foreach (var (lawId, _) in ByMove().Skip(maxLaws).ToList())
            {
                _laws.Remove(lawId);
            }
        }
    }

    private IOrderedEnumerable<KeyValuePair<string, LawEntry>> ByMove() => _laws
        .OrderByDescending(static row => row.Value.MovedAt)
        .ThenByDescending(static row => row.Value.Total)
        .ThenBy(static row => row.Key, StringComparer.Ordinal);

    private void ForgetSilos(TimeSpan now)
    {
        foreach (var (silo, entry) in _silos)
        {
            // Its next event, should one come, counts by its hint. Removing the current entry is allowed while enumerating.
            if (now - entry.HeardAt > SiloMemory)
            {
                _silos.Remove(silo);
            }
        }
    }

    private sealed class LawEntry
    {
        public long Total { get; set; }

        public long Version { get; set; }

        public TimeSpan MovedAt { get; set; }

        /// <summary>Null as long as no event told of the law.</summary>
        public VoteRate? Rate { get; set; }
    }

    private sealed class SiloEntry
    {
        public long Counted { get; set; }

        public long Pending { get; set; }

        public TimeSpan Lag { get; set; }

        public TimeSpan HeardAt { get; set; }

        public VoteRate Rate { get; } = new();
    }
}
