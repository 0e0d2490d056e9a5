namespace Votes.Grains.Interfaces;

/// <summary>What an Ingest reports of itself each two seconds, from memory.</summary>
/// <param name="Name">Its name: machine and process id.</param>
/// <param name="Version">The version of its program.</param>
/// <param name="Uptime">How long it has been running.</param>
/// <param name="Lanes">Connections that it consumes the queue with, as configured.</param>
/// <param name="LanesConsuming">Those of them that the broker delivers to.</param>
/// <param name="Unacked">Messages delivered to it and not acked.</param>
/// <param name="CallsInFlight">Calls to grains that wait for their outcome.</param>
/// <param name="AreCallsFailing">Whether the calls of at least one law fail at the moment; their votes are held and
/// sent again.</param>
/// <param name="DeadLettersHeld">Dead letters that the broker refuses; their messages stay unacked.</param>
/// <param name="Received">Messages taken from the queue since its start.</param>
/// <param name="Settled">Messages with a durable outcome since its start.</param>
/// <param name="IsStopping">Whether this is its last report.</param>
/// <param name="Oldest">How long ago the oldest message that is not settled was received; null: all are
/// settled.</param>
/// <param name="Sessions">How often one of its connections that consume was lost: what it held went back to the queue
/// then.</param>
[GenerateSerializer]
[Immutable]
[Alias("Votes.IngestReport")]
public sealed record IngestReport(
    [property: Id(0)] string Name,
    [property: Id(1)] string Version,
    [property: Id(2)] TimeSpan Uptime,
    [property: Id(3)] int Lanes,
    [property: Id(4)] int LanesConsuming,
    [property: Id(5)] long Unacked,
    [property: Id(6)] int CallsInFlight,
    [property: Id(7)] bool AreCallsFailing,
    [property: Id(8)] int DeadLettersHeld,
    [property: Id(9)] long Received,
    [property: Id(10)] long Settled,
    [property: Id(11)] bool IsStopping,
    [property: Id(12)] TimeSpan? Oldest = null,
    [property: Id(13)] long Sessions = 0);
