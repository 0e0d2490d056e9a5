namespace Votes.Telemetry.Statistics;

/// <summary>A process's row for one minute.</summary>
/// <param name="Minute">The minute's start, UTC.</param>
/// <param name="Figures">What the process did in it.</param>
public sealed record MinuteRow(DateTime Minute, MinuteFigures Figures);
