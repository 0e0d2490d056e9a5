namespace Votes.LoadTest.Chaos.Reporting;

/// <summary>One fault as it was injected.</summary>
/// <param name="Name">Its kind's name.</param>
/// <param name="What">What was done to what.</param>
/// <param name="HoldSeconds">How long it lasted by the schedule.</param>
/// <param name="Evidence">A figure that shows what it broke; null where there is none.</param>
/// <param name="Bit">Whether it broke anything.</param>
public sealed record FaultReport(string Name, string What, double HoldSeconds, string? Evidence, bool Bit);
