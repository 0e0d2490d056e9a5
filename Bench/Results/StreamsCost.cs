namespace Votes.Bench.Results;

/// <summary>What open live streams of one law take, beside what its counting takes.</summary>
/// <param name="Streams">How many were open.</param>
/// <param name="EventsPerSecond">Tallies that all of them together received in a second.</param>
/// <param name="CpuPercentWithout">CPU of silo and Ingest without streams, in percent of one core.</param>
/// <param name="CpuPercentAdded">CPU that the streams added to it, in percent of one core.</param>
public sealed record StreamsCost(
    int Streams, double EventsPerSecond, double CpuPercentWithout, double CpuPercentAdded);
