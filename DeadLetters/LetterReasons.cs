using System.Collections.Frozen;

namespace Votes.DeadLetters;

/// <summary>
/// The one place that knows which dead letters a replay can help. A body that is no vote stays what it is, and a closed
/// law stays closed: only their publisher, or nobody, can do something about these. What depends on a law (its
/// registration, its choices, its window) or on the database can change. Pure.
/// </summary>
public static class LetterReasons
{
    private static readonly FrozenSet<string> Final = FrozenSet.Create(
        StringComparer.Ordinal,
        "too_large",
        "not_utf8",
        "not_json",
        "not_an_object",
        "missing_field",
        "duplicate_field",
        "wrong_type",
        "empty",
        "too_long",
        "control_character",
        "invisible_character",
        "outer_blank",
        "not_composed",
        "not_text",
        "not_a_uuid",
        "not_a_timestamp",
        "law_closed");

    /// <summary>
    /// Whether a letter with this reason may be counted when it is replayed. A reason that is not known here may be one
    /// of a newer version: then it may.
    /// </summary>
    public static bool CanSucceed(string reason) => !Final.Contains(reason);
}
