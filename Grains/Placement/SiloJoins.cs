using Orleans.Runtime;

namespace Votes.Grains.Placement;

/// <summary>
/// Tells a law's activation when to look whether it belongs on another silo: once after each silo that joined. Orleans
/// places a law when it is activated and leaves it there, so without this a silo that joins under load, or comes back from
/// a restart, would count no vote until laws fall idle. Thread-safe.
/// </summary>
public sealed class SiloJoins : ISiloStatusListener
{
    /// <summary>
    /// How long a silo has been in the cluster before laws move to it: every silo knows it by then, and one that fails at
    /// once has failed.
    /// </summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>The time over which the laws of a silo go, so that no moment has them all under way.</summary>
    public static readonly TimeSpan Spread = TimeSpan.FromSeconds(5);

    private const long Never = -1;

    private readonly TimeProvider _time;
    private long _lastJoin = Never;

    /// <summary>Begins to listen.</summary>
    public SiloJoins(ISiloStatusOracle membership, TimeProvider time)
    {
        _time = time;
        membership.SubscribeToSiloStatusEvents(this);
    }

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        // A silo that goes leaves the laws of the others where they are: only those that it had are placed anew.
        if (status == SiloStatus.Active)
        {
            Volatile.Write(ref _lastJoin, _time.GetTimestamp());
        }
    }

    /// <summary>Whether a law has to look again where it belongs.</summary>
    /// <param name="looked">The time stamp at which it last looked, or was placed.</param>
    /// <param name="share">The law's place in the spread: at least 0, less than 1.</param>
    public bool IsDue(long looked, double share)
    {
        var joined = Volatile.Read(ref _lastJoin);
        if (joined == Never)
        {
            return false;
        }

        var wait = Settling + (Spread * share);
        return _time.GetElapsedTime(joined) >= wait && _time.GetElapsedTime(joined, looked) < wait;
    }
}
