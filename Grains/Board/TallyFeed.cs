using Votes.Grains.Flush;

namespace Votes.Grains.Board;

/// <summary>
/// Gathers what a silo's laws have counted until it is told to the board, so that the number of events follows the time and
/// not the flushes or the laws. Takes a dictionary's update a grain call; bounded. Thread-safe.
/// </summary>
public sealed class TallyFeed(TallyWriter writer)
{
    // Laws beyond it are left out until the next event; the cluster's rate is exact all the same.
    private const int MaxLaws = 20_000;

    private readonly Lock _gate = new();
    private Dictionary<string, MovedLaw> _laws = new(StringComparer.Ordinal);
    private long _counted;
    private long _told;
    private long _toldPending;
    private TimeSpan _lag;

    /// <summary>Votes of one grain call are durable.</summary>
    /// <param name="lawId">Their law.</param>
    /// <param name="counted">How many of them were counted.</param>
    /// <param name="total">All durable votes of the law now.</param>
    /// <param name="version">The version of its totals.</param>
    /// <param name="lag">The time since they came to the silo.</param>
    public void Durable(string lawId, int counted, long total, long version, TimeSpan lag)
    {
        lock (_gate)
        {
            _lag = lag > _lag ? lag : _lag;
            if (counted == 0)
            {
                return;
            }

            _counted += counted;
            var known = _laws.TryGetValue(lawId, out var law);
            if (known || _laws.Count < MaxLaws)
            {
                // By the version and not by the total: one that operators set right may be smaller.
                var (newestTotal, newest) = version > law.Version ? (total, version) : (law.Total, law.Version);
                _laws[lawId] = new MovedLaw(lawId, newestTotal, newest, law.Counted + counted);
            }
        }
    }

    /// <summary>Takes what is to be told; null where there is nothing.</summary>
    /// <param name="silo">The silo's name.</param>
    /// <param name="laws">The most laws to tell of: those with the most votes.</param>
    public TalliesMoved? Take(string silo, int laws)
    {
        var pending = writer.PendingVotes;
        Dictionary<string, MovedLaw> moved;
        long counted, lately;
        TimeSpan lag;
        lock (_gate)
        {
            if (_counted == _told && pending == _toldPending)
            {
                return null;
            }

            (moved, _laws) = (_laws, new Dictionary<string, MovedLaw>(StringComparer.Ordinal));
            (counted, lately) = (_counted, _counted - _told);
            (lag, _lag) = (_lag, TimeSpan.Zero);
            (_told, _toldPending) = (_counted, pending);
        }

        return new TalliesMoved(
            silo,
            counted,
            lately,
            pending,
            lag,
            [
                .. moved.Values.OrderByDescending(static law => law.Counted)
                    .ThenBy(static law => law.LawId, StringComparer.Ordinal).Take(laws),
            ]);
    }
}
