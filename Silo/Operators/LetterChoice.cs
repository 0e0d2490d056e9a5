using Votes.DeadLetters;

namespace Votes.Silo.Operators;

/// <summary>Which dead letters an operator means: those that fit everything that is set.</summary>
/// <param name="Reason">The code of the reason.</param>
/// <param name="Field">The offending field; empty: none is named.</param>
/// <param name="Law">The law that the message names.</param>
/// <param name="Id">The letter's name.</param>
/// <param name="All">Every letter, said in so many words: to be set where nothing else is.</param>
/// <param name="Most">The most letters: to look at, or to replay.</param>
public sealed record LetterChoice(
    string? Reason = null, string? Field = null, string? Law = null, string? Id = null, bool All = false, int? Most = null)
{
    /// <summary>The same as a filter.</summary>
    public LetterFilter Filter => new() { Reason = Reason, Field = Field, Law = Law, Id = Id };
}
