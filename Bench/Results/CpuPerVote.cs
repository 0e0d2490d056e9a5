namespace Votes.Bench.Results;

/// <summary>CPU microseconds a vote, over the measured part of a run.</summary>
/// <param name="Broker">The broker's.</param>
/// <param name="Database">The database's, all of its processes.</param>
/// <param name="Own">The contestant's own processes.</param>
/// <param name="Bench">The bench's: reading samples, and asking for totals where a case does.</param>
/// <param name="Strangers">What everything else on the machine took; where it is large, do not trust the run.</param>
public sealed record CpuPerVote(double Broker, double Database, double Own, double Bench, double Strangers);
