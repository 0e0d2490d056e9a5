namespace Votes.Silo.Api.Live;

/// <summary>A tally as all readers get it, written out once for all of them.</summary>
/// <param name="Tally">The totals.</param>
/// <param name="Json">The same as JSON in UTF-8, without a line break.</param>
public sealed record LiveTally(TallyView Tally, byte[] Json);
