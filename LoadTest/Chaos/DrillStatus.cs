namespace Votes.LoadTest.Chaos;

/// <summary>What a drill is doing at a moment, for whoever watches.</summary>
/// <param name="At">The drill's clock.</param>
/// <param name="Phase">What is going on, in a few words.</param>
/// <param name="Episode">The episode that is on, from 1; 0 before the first.</param>
/// <param name="Episodes">The number of episodes.</param>
/// <param name="Broken">What is broken now; empty where nothing is.</param>
/// <param name="Rate">Votes counted a second.</param>
/// <param name="Published">Messages confirmed.</param>
/// <param name="Counted">Votes counted.</param>
/// <param name="Invariants">The invariants so far.</param>
public sealed record DrillStatus(
    TimeSpan At, string Phase, int Episode, int Episodes, IReadOnlyList<string> Broken, double Rate, long Published,
    long Counted, IReadOnlyList<Invariants.InvariantResult> Invariants);
