using System.Diagnostics;
using Votes.Grains.Interfaces;

namespace Votes.Ingest.Messages;

/// <summary>
/// The codes that dead letters carry as their reason. They are part of the message contract: never rename one.
/// </summary>
public static class PoisonReason
{
    /// <summary>The body is longer than <see cref="VoteParser.MaxBodyBytes"/>.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The body is not UTF-8.</summary>
    public const string NotUtf8 = "not_utf8";

    /// <summary>The body is not exactly one JSON value.</summary>
    public const string NotJson = "not_json";

    /// <summary>The body is JSON, but no object.</summary>
    public const string NotAnObject = "not_an_object";

    /// <summary>A required field is absent.</summary>
    public const string MissingField = "missing_field";

    /// <summary>A field of the contract occurs twice.</summary>
    public const string DuplicateField = "duplicate_field";

    /// <summary>A field is not a string.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>A field is an empty string.</summary>
    public const string Empty = "empty";

    /// <summary>A field has too many characters.</summary>
    public const string TooLong = "too_long";

    /// <summary>A field holds a control character.</summary>
    public const string ControlCharacter = "control_character";

    /// <summary>A law id or a choice holds a character that cannot be seen.</summary>
    public const string InvisibleCharacter = LawText.InvisibleCharacter;

    /// <summary>A law id or a choice begins or ends with a blank.</summary>
    public const string OuterBlank = LawText.OuterBlank;

    /// <summary>A law id or a choice is not in the composed form (NFC).</summary>
    public const string NotComposed = LawText.NotComposed;

    /// <summary>A field holds an escape that names half of a surrogate pair: no text.</summary>
    public const string NotText = "not_text";

    /// <summary>A field is no UUID in the form 8-4-4-4-12.</summary>
    public const string NotAUuid = "not_a_uuid";

    /// <summary>A field is no RFC 3339 timestamp.</summary>
    public const string NotATimestamp = "not_a_timestamp";

    /// <summary>The law's grain calls the vote itself malformed; the parser should have refused it.</summary>
    public const string RefusedByGrain = "refused_by_grain";

    /// <summary>What a dead letter says of a well-formed vote that the law's grain rejected.</summary>
    public static Poison Of(RejectReason reason) => reason switch
    {
        RejectReason.UnknownLaw => new("unknown_law", VoteField.LawId, "The law is not registered."),
        RejectReason.LawClosed => new("law_closed", VoteField.LawId, "The law is closed."),
        RejectReason.CastTooEarly => new("cast_too_early", VoteField.CastAt, "The vote was cast before the law opens."),
        RejectReason.CastTooLate => new("cast_too_late", VoteField.CastAt, "The vote was cast after the law closes."),
        RejectReason.UnknownChoice => new("unknown_choice", VoteField.Choice, "The law does not have this choice."),
        RejectReason.RefusedByDatabase => new("refused_by_database", "", "The database refuses the vote's row."),
        RejectReason.None => throw new UnreachableException("A rejected vote has a reason."),
        // A newer silo may know reasons that this process does not: the vote is still rejected.
        _ => new("rejected", "", $"The law's grain rejected the vote for reason {(int)reason}."),
    };
}
