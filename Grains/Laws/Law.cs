using Votes.Grains.Interfaces;

namespace Votes.Grains.Laws;

/// <summary>
/// A law as the database describes it, and the one place that judges votes by its choices and its window.
/// </summary>
/// <param name="LawId">1 to 128 characters.</param>
/// <param name="Status">Whether the law is registered, and open.</param>
/// <param name="Choices">What can be voted, in the law's order.</param>
/// <param name="OpensAt">Votes cast before this moment are rejected; null: no such limit.</param>
/// <param name="ClosesAt">Votes cast after this moment are rejected; null: no such limit.</param>
public sealed record Law(
    string LawId,
    LawStatus Status,
    IReadOnlyList<string> Choices,
    DateTimeOffset? OpensAt,
    DateTimeOffset? ClosesAt)
{
    /// <summary>The choices of a law that names none of its own.</summary>
    public static readonly IReadOnlyList<string> DefaultChoices = ["yes", "no", "abstain"];

    /// <summary>A law that the database does not hold.</summary>
    public static Law Unregistered(string lawId) => new(lawId, LawStatus.Unknown, DefaultChoices, null, null);

    /// <summary>This law as it is once it is registered with nothing but its id.</summary>
    public Law Registered() => this with { Status = LawStatus.Open };

    /// <summary>
    /// Whether a vote may be counted, as far as the law's choices and window say. That a law is closed is not decided by this
    /// description, which may be seconds old, but by the transaction that would count the vote: it also tells a vote that
    /// was counted before the law closed, and comes again, from one that is new.
    /// </summary>
    /// <param name="choice">The vote's choice.</param>
    /// <param name="castAtMicroseconds">When it was cast, in microseconds since the Unix epoch.</param>
    /// <param name="acceptUnknownLaws">Whether a law that is not registered takes votes.</param>
    /// <returns><see cref="RejectReason.None"/> where it may, else why not.</returns>
    public RejectReason Judge(string choice, long castAtMicroseconds, bool acceptUnknownLaws)
    {
        if (Status == LawStatus.Unknown && !acceptUnknownLaws)
        {
            return RejectReason.UnknownLaw;
        }

        if (OpensAt is { } opensAt && castAtMicroseconds < Micros.Since(opensAt))
        {
            return RejectReason.CastTooEarly;
        }

        if (ClosesAt is { } closesAt && castAtMicroseconds > Micros.Since(closesAt))
        {
            return RejectReason.CastTooLate;
        }

        return HasChoice(choice) ? RejectReason.None : RejectReason.UnknownChoice;
    }

    private bool HasChoice(string choice)
    {
        for (var i = 0; i < Choices.Count; i++)
        {
            if (string.Equals(Choices[i], choice, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
