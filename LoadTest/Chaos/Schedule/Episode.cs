namespace Votes.LoadTest.Chaos.Schedule;

/// <summary>One or two faults that begin together.</summary>
/// <param name="Number">Its place in the schedule, from 1.</param>
/// <param name="Faults">The faults.</param>
public sealed record Episode(int Number, IReadOnlyList<PlannedFault> Faults)
{
    /// <summary>The names of its faults.</summary>
    public string Name => string.Join(" + ", Faults.Select(fault => FaultCatalog.Of(fault.Kind).Name));

    /// <summary>How long its faults last.</summary>
    public TimeSpan Hold => Faults.Max(fault => fault.Hold);
}
