namespace Votes.Ingest.Laws;

/// <summary>
/// How many calls to grains may be in flight. The limit follows what silos answer in time. It grows while answers come fast; a
/// call that times out takes its place along, because a call beyond what silos can do is work that ends after its caller has
/// gone, and is then done again. Pure; used under its owner's lock, with moments of one clock.
/// </summary>
/// <remarks>
/// Answers are judged in rounds. A round ends when as many calls as the limit allows, all of them sent in that round, have
/// ended: what is still in flight from before says nothing about the new limit.
/// </remarks>
public sealed class CallWindow
{
    /// <summary>The limit at the start.</summary>
    public const int First = 256;

    /// <summary>Up to this limit it doubles. Slow answers alone never make it smaller than this.</summary>
    public const int Usual = 2_000;

    // It does not grow where one call in so many timed out, or came late.
    private const int TroubleOf = 10;

    // Above the usual limit, and where answers are late, it grows by this part.
    private const int StepOf = 8;

    private readonly int _most;
    private readonly int _least;
    private readonly TimeSpan _patience;
    private TimeSpan _roundStart;
    private int _answered;
    private int _late;
    private int _slow;
    private int _failed;
    private bool _wasFull;

    /// <summary>Creates the window.</summary>
    /// <param name="most">The largest limit.</param>
    /// <param name="least">The smallest limit, where that is less than the largest.</param>
    /// <param name="patience">After this time without an answer a call has failed.</param>
    public CallWindow(int most, int least, TimeSpan patience)
    {
        _most = most;
        _least = Math.Min(least, most);
        _patience = patience;
        Limit = Math.Clamp(First, _least, most);
    }

    /// <summary>How many calls may be in flight now.</summary>
    public int Limit { get; private set; }

    /// <summary>The number of the round, which a call keeps from when it is sent.</summary>
    public int Round { get; private set; }

    /// <summary>A call had to wait for the limit.</summary>
    public void Full() => _wasFull = true;

    /// <summary>A call was answered, or the grain itself said that it could not be done in time.</summary>
    /// <param name="round">The round in which it was sent.</param>
    /// <param name="took">How long it was in flight.</param>
    /// <param name="now">Now.</param>
    public void Answered(int round, TimeSpan took, TimeSpan now)
    {
        if (round == Round)
        {
            _answered++;
            _late += took > _patience / 4 ? 1 : 0;
            _slow += took > _patience / 2 ? 1 : 0;
            JudgeIfOver(now);
        }
    }

    /// <summary>A call was not answered in time.</summary>
    /// <param name="round">The round in which it was sent.</param>
    /// <param name="now">Now.</param>
    /// <returns>True where fewer calls may be in flight from now on.</returns>
    public bool TimedOut(int round, TimeSpan now)
    {
        // At once, not at the end of the round: its place would be taken by another call that is as late.
        var before = Limit;
        Limit = Math.Max(_least, Limit - 1);
        if (round == Round)
        {
            _failed++;
            JudgeIfOver(now);
        }

        return Limit < before;
    }

    private void JudgeIfOver(TimeSpan now)
    {
        if (_answered + _failed >= Limit)
        {
            Limit = Judged();
        }
        else if (now - _roundStart < _patience)
        {
            return;
        }

        Round++;
        _roundStart = now;
        _answered = _late = _slow = _failed = 0;
        _wasFull = false;
    }

    private int Judged()
    {
        if (_slow * 2 >= _answered)
        {
            // Where nothing was answered, timeouts have shrunk it as it is.
            return _answered == 0 || Limit <= Usual ? Limit : Math.Max(Usual, Limit - (Limit / 4));
        }

        if (!_wasFull || _failed * TroubleOf >= _answered)
        {
            return Limit;
        }

        var isFast = _late * TroubleOf < _answered;
        var larger = (Limit < Usual, isFast) switch
        {
            (true, true) => Math.Min(Limit * 2, Usual),
            (true, false) => Math.Min(Limit + Math.Max(1, Limit / StepOf), Usual),
            (false, true) => Limit + (Limit / StepOf),
            _ => Limit,
        };
        return Math.Min(_most, larger);
    }
}
