namespace Votes.Grains.Board;

/// <summary>Votes a second over the last ten seconds. Pure; not thread-safe.</summary>
public sealed class VoteRate
{
    private const int Seconds = 10;

    private readonly long[] _votes = new long[Seconds];
    private long _second;

    /// <summary>Votes were counted.</summary>
    public void Add(long votes, TimeSpan now)
    {
        Pass(now);
        _votes[_second % Seconds] += votes;
    }

    /// <summary>The rate now.</summary>
    public double PerSecond(TimeSpan now)
    {
        Pass(now);
        return _votes.Sum() / (double)Seconds;
    }

    /// <summary>Empties the seconds that have passed.</summary>
    private void Pass(TimeSpan now)
    {
        var second = (long)now.TotalSeconds;
        for (var passed = Math.Max(_second + 1, second - Seconds + 1); passed <= second; passed++)
        {
            _votes[passed % Seconds] = 0;
        }

        _second = Math.Max(_second, second);
    }
}
