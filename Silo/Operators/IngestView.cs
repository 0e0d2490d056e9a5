using Votes.Grains.Interfaces;
using Votes.Silo.Operators.Condition;

namespace Votes.Silo.Operators;

/// <summary>An Ingest as operators see it.</summary>
/// <param name="Name">Its name: machine and process id.</param>
/// <param name="Version">The version of its program.</param>
/// <param name="Status">consuming, failing (votes are held, as calls to silos fail), waiting (no connection consumes) or silent.</param>
/// <param name="SilentSeconds">The time since its last report.</param>
/// <param name="UptimeSeconds">How long it has been running.</param>
/// <param name="Lanes">Connections that it consumes the queue with, as configured.</param>
/// <param name="LanesConsuming">Those of them that the broker delivers to.</param>
/// <param name="Unacked">Messages delivered to it and not acked.</param>
/// <param name="ReceivedPerSecond">Messages taken a second, over its last two reports.</param>
/// <param name="SettledPerSecond">Messages settled a second, over its last two reports.</param>
public sealed record IngestView(
    string Name,
    string Version,
    string Status,
    double SilentSeconds,
    double UptimeSeconds,
    int Lanes,
    int LanesConsuming,
    long Unacked,
    double ReceivedPerSecond,
    double SettledPerSecond)
{
    /// <summary>The view of what the registry knows.</summary>
    public static IngestView Of(IngestPresence ingest) => new(
        ingest.Report.Name,
        ingest.Report.Version,
        StatusOf(ingest),
        ingest.Silence.TotalSeconds,
        ingest.Report.Uptime.TotalSeconds,
        ingest.Report.Lanes,
        ingest.Report.LanesConsuming,
        ingest.Report.Unacked,
        ingest.ReceivedPerSecond,
        ingest.SettledPerSecond);

    private static string StatusOf(IngestPresence ingest) =>
        ingest.Silence >= ConditionRules.SilentAfter ? "silent"
        : ingest.Report.LanesConsuming == 0 ? "waiting"
        : ingest.Report.AreCallsFailing ? "failing"
        : "consuming";
}
