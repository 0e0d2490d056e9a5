namespace Votes.LoadTest.Chaos.Schedule;

/// <summary>One fault as the schedule has it: everything about it that follows from the seed.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Target">
/// Which of the processes of its kind it hits, from 0; what hits all of them, or a server, makes nothing of it.
/// </param>
/// <param name="Hold">How long it lasts, from the end of its injection to the begin of its healing.</param>
public sealed record PlannedFault(FaultKind Kind, int Target, TimeSpan Hold);
