namespace Votes.Silo.Api.Live;

/// <summary>A tally as all readers get it, written out once for all of them.</summary>
/// <param name="Tally">The totals.</param>
/// <param name="Event">The event in UTF-8, from its name to the empty line that ends it; its id, which goes before it, is a
/// stream's own.</param>
public sealed record LiveTally(TallyView Tally, byte[] Event)
{
    /// <summary>
    /// A letter for what of the law may change without a change of its version, for an event's id: f final, c closed, g
    /// closing, 0: open.
    /// </summary>
    public byte State { get; } = Tally switch
    {
        { Final: true } => (byte)'f',
        { Status: "closed" } => (byte)'c',
        { Status: "closing" } => (byte)'g',
        _ => 0,
    };

    /// <summary>Writes it out.</summary>
    /// <param name="tally">The totals.</param>
    /// <param name="json">The same as JSON in UTF-8, without a line break.</param>
    public static LiveTally Of(TallyView tally, ReadOnlySpan<byte> json) =>
        new(tally, [.. "event: tally\ndata: "u8, .. json, .. "\n\n"u8]);
}
