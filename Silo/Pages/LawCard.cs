using Votes.Silo.Api;

namespace Votes.Silo.Pages;

/// <summary>What a law's page says before its script runs.</summary>
/// <param name="Law">The law.</param>
/// <param name="Tally">Its totals.</param>
public sealed record LawCard(LawView Law, TallyView Tally);
