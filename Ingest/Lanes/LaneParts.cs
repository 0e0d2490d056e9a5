using Microsoft.Extensions.Logging;
using Votes.Ingest.Configuration;
using Votes.Ingest.Messages;

namespace Votes.Ingest.Lanes;

/// <summary>What a lane is made of.</summary>
/// <param name="Name">The lane's name in logs, metrics and the broker's lists.</param>
/// <param name="Options">The limits.</param>
/// <param name="Broker">Connects.</param>
/// <param name="CreateParser">
/// Makes a parser. Each channel gets its own: deliveries of an old channel can still come while the new one's do.
/// </param>
/// <param name="Dispatch">Takes closed delivery batches.</param>
/// <param name="IsHeldUp">
/// Whether it is known why deliveries do not become durable, such as calls to grains that fail.
/// </param>
/// <param name="Metrics">Where the lane counts.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">Tells when the lane consumes and when it is lost.</param>
public sealed record LaneParts(
    string Name,
    RabbitMqOptions Options,
    Broker Broker,
    Func<VoteParser> CreateParser,
    Action<DeliveryBatch> Dispatch,
    Func<bool> IsHeldUp,
    IngestMetrics Metrics,
    TimeProvider Time,
    ILogger Log);
