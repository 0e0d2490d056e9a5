namespace Votes.LoadTest;

/// <summary>How far a phase is. Reported often, from any thread.</summary>
/// <param name="Phase">What the run is doing.</param>
/// <param name="Done">How much of the phase is done.</param>
/// <param name="Expected">How much the phase has to do.</param>
/// <param name="Note">A few words for the reader, such as what is still missing.</param>
public readonly record struct LoadProgress(LoadPhase Phase, long Done, long Expected, string Note);
