namespace Votes.Telemetry.Statistics;

/// <summary>Knows what its process has done.</summary>
public interface IWorkSource
{
    /// <summary>What was done since this was asked last, or since the start.</summary>
    MinuteFigures Take();
}
