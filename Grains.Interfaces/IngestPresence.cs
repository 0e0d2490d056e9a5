namespace Votes.Grains.Interfaces;

/// <summary>An Ingest as the registry knows it.</summary>
/// <param name="Report">Its last report.</param>
/// <param name="Silence">The time since that report came.</param>
/// <param name="ReceivedPerSecond">Messages taken a second, between its last two reports.</param>
/// <param name="SettledPerSecond">Messages settled a second, between its last two reports.</param>
[GenerateSerializer]
[Immutable]
[Alias("Votes.IngestPresence")]
public sealed record IngestPresence(
    [property: Id(0)] IngestReport Report,
    [property: Id(1)] TimeSpan Silence,
    [property: Id(2)] double ReceivedPerSecond,
    [property: Id(3)] double SettledPerSecond);
