namespace Votes.LoadTest.Chaos.Schedule;

/// <summary>What the schedule and the judge know of a kind of fault.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">Its name on the command line and in reports.</param>
/// <param name="Group">What it breaks. Two faults of one group would heal each other, or leave nobody to work.</param>
/// <param name="ShortestHold">The least time it lasts.</param>
/// <param name="LongestHold">The most time it lasts.</param>
/// <param name="RecoveryBound">
/// How soon the votes must flow again: from its healing on, or, where the cluster is to help itself, from its start.
/// </param>
/// <param name="InPairs">Whether it may come together with another one.</param>
public sealed record FaultTraits(
    FaultKind Kind, string Name, string Group, TimeSpan ShortestHold, TimeSpan LongestHold,
    TimeSpan RecoveryBound, bool InPairs);
