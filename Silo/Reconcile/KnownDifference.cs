namespace Votes.Silo.Reconcile;

/// <summary>A total that is known to be wrong.</summary>
/// <param name="Total">The total.</param>
/// <param name="Mark">Changes whenever a check writes it down anew.</param>
internal sealed record KnownDifference(WrongTotal Total, string Mark);
