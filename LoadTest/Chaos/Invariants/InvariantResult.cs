namespace Votes.LoadTest.Chaos.Invariants;

/// <summary>What came of one invariant.</summary>
/// <param name="Invariant">Which.</param>
/// <param name="Statement">What it says.</param>
/// <param name="Figure">What was checked, with figures.</param>
/// <param name="Checks">How often it was checked; 0 means that nothing is known, and counts as broken.</param>
/// <param name="Violations">How often it was found broken.</param>
/// <param name="Details">The first of these, in words.</param>
public sealed record InvariantResult(
    Invariant Invariant, string Statement, string Figure, long Checks, long Violations, IReadOnlyList<string> Details)
{
    /// <summary>Its number in reports.</summary>
    public int Number => (int)Invariant;

    /// <summary>Whether it was checked and never found broken.</summary>
    public bool Holds => Violations == 0 && Checks > 0;
}
