namespace Votes.LoadTest;

/// <summary>What a run is doing.</summary>
public enum LoadPhase
{
    /// <summary>Messages are published; done counts those the broker has confirmed.</summary>
    Publish,

    /// <summary>The cluster settles them; done counts votes counted, filed as duplicates and dead-lettered.</summary>
    Settle,

    /// <summary>Database and plan are compared; done counts rows.</summary>
    Compare,
}
