using Votes.LoadTest.Planning;

namespace Votes.LoadTest.Chaos.Schedule;

/// <summary>Which faults a drill injects, in which order, on what and for how long: all of it follows from the seed.</summary>
public static class ChaosSchedule
{
    /// <summary>The time that starting a fault, healing it and recovering are reckoned to take, beside its hold.</summary>
    public static readonly TimeSpan Around = TimeSpan.FromSeconds(10);

    /// <summary>The most episodes of a drill.</summary>
    public const int MostEpisodes = 10_000;

    /// <summary>
    /// Draws a schedule: each of the kinds once by itself, in an order of the seed's, then pairs of them. With a length,
    /// as many episodes as are reckoned to fit, but at least one; rounds of singles and pairs repeat until it is full.
    /// </summary>
    /// <param name="seed">The same seed and kinds give the same schedule; a longer one begins like a shorter one.</param>
    /// <param name="kinds">The kinds to draw from; at least one.</param>
    /// <param name="pairs">The number of pairs in a round.</param>
    /// <param name="length">How long the faults shall go on; null for one round.</param>
    public static IReadOnlyList<Episode> Create(
        long seed, IReadOnlyList<FaultKind> kinds, int pairs, TimeSpan? length = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(kinds.Count);
        var dice = new Dice(seed);
        var episodes = new List<Episode>();
        var time = TimeSpan.Zero;
        while (episodes.Count < MostEpisodes)
        {
            foreach (var faults in Round(dice, kinds, pairs))
            {
                var episode = new Episode(episodes.Count + 1, faults);
                time += episode.Hold + Around;
                if (episodes.Count == MostEpisodes || (length is { } limit && episodes.Count > 0 && time > limit))
                    return episodes;
                episodes.Add(episode);
            }

            if (length is null)
                break;
        }

        return episodes;
    }

    /// <summary>How long a schedule is reckoned to take.</summary>
    public static TimeSpan LengthOf(IEnumerable<Episode> episodes) =>
        episodes.Aggregate(TimeSpan.Zero, (sum, episode) => sum + episode.Hold + Around);

    private static IEnumerable<IReadOnlyList<PlannedFault>> Round(Dice dice, IReadOnlyList<FaultKind> kinds, int pairs)
    {
        // Drawn before anything is handed out: where the caller stops must not change what comes next.
        var singles = dice.Shuffle(kinds).Select(kind => (IReadOnlyList<PlannedFault>)[Plan(dice, kind)]).ToList();
        var possible = Pairs(kinds);
        var doubles = new List<IReadOnlyList<PlannedFault>>();
        for (var pair = 0; pair < pairs && possible.Count > 0; pair++)
        {
            var (one, other) = possible[(int)dice.Below(possible.Count)];
            doubles.Add([Plan(dice, one), Plan(dice, other)]);
        }

        return singles.Concat(doubles);
    }

    private static List<(FaultKind One, FaultKind Other)> Pairs(IReadOnlyList<FaultKind> kinds)
    {
        var able = kinds.Distinct().Select(FaultCatalog.Of).Where(traits => traits.InPairs).ToList();
        return [.. from one in able
                   from other in able
                   where one.Kind < other.Kind && one.Group != other.Group
                   select (one.Kind, other.Kind)];
    }

    private static PlannedFault Plan(Dice dice, FaultKind kind)
    {
        var traits = FaultCatalog.Of(kind);
        var seconds = (long)(traits.LongestHold - traits.ShortestHold).TotalSeconds;
        return new(
            kind, (int)dice.Below(1_000), traits.ShortestHold + TimeSpan.FromSeconds(dice.Below(seconds + 1)));
    }

    /// <summary>Random numbers in a row, the same ones on every machine and version for the same seed.</summary>
    private sealed class Dice(long seed)
    {
        private long _draws;

        public long Below(long count) => Draw.Below(count, Draw.Bits(seed, DrawStream.Chaos, _draws++));

        public List<T> Shuffle<T>(IReadOnlyList<T> items)
        {
            var shuffled = items.ToList();
            for (var last = shuffled.Count - 1; last > 0; last--)
            {
                var other = (int)Below(last + 1);
                (shuffled[last], shuffled[other]) = (shuffled[other], shuffled[last]);
            }

            return shuffled;
        }
    }
}
