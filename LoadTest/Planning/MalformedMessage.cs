using System.Text;
using System.Text.Json;

namespace Votes.LoadTest.Planning;

/// <summary>
/// Bodies that break one rule each. They carry the message's own vote_id and voter where the rule leaves room for them,
/// so that one which is counted in spite of its fault is found; none carries a time, so that its bytes are known later.
/// </summary>
public static class MalformedMessage
{
    /// <summary>The size of a body over the contract's 16 KiB.</summary>
    public const int LargeBodyBytes = 17 * 1024;

    /// <summary>A choice that no law has.</summary>
    public const string UnknownChoice = "load-test-no-such-choice";

    /// <summary>All kinds, each of which a plan uses in turn.</summary>
    public static readonly IReadOnlyList<MalformedKind> Kinds =
        [.. Enum.GetValues<MalformedKind>().Where(kind => kind != MalformedKind.None)];

    /// <summary>What the dead letter of a malformed message must say.</summary>
    public static ExpectedRejection RejectionOf(MalformedKind kind) => kind switch
    {
        MalformedKind.Empty or MalformedKind.NotJson or MalformedKind.Truncated or MalformedKind.TrailingText =>
            new("not_json", ""),
        MalformedKind.RawControlCharacter => new("not_json", "voter_id"),
        MalformedKind.NotUtf8 => new("not_utf8", ""),
        MalformedKind.NotAnObject or MalformedKind.NestedArrays => new("not_an_object", ""),
        MalformedKind.TooLarge => new("too_large", ""),
        MalformedKind.MissingVoteId => new("missing_field", "vote_id"),
        MalformedKind.MissingLawId => new("missing_field", "law_id"),
        MalformedKind.MissingVoterId => new("missing_field", "voter_id"),
        MalformedKind.MissingChoice => new("missing_field", "choice"),
        MalformedKind.NumericVoteId => new("wrong_type", "vote_id"),
        MalformedKind.NumericLawId or MalformedKind.ObjectLawId => new("wrong_type", "law_id"),
        MalformedKind.BooleanVoterId => new("wrong_type", "voter_id"),
        MalformedKind.NullChoice or MalformedKind.ArrayChoice => new("wrong_type", "choice"),
        MalformedKind.NumericCastAt or MalformedKind.NumberOutOfRange => new("wrong_type", "cast_at"),
        MalformedKind.VoteIdNotUuid => new("not_a_uuid", "vote_id"),
        MalformedKind.EmptyLawId => new("empty", "law_id"),
        MalformedKind.EmptyVoterId => new("empty", "voter_id"),
        MalformedKind.EmptyChoice => new("empty", "choice"),
        MalformedKind.LongLawId => new("too_long", "law_id"),
        MalformedKind.LongVoterId => new("too_long", "voter_id"),
        MalformedKind.LongChoice => new("too_long", "choice"),
        MalformedKind.ControlCharacterInLawId => new("control_character", "law_id"),
        MalformedKind.DuplicateKey => new("duplicate_field", "choice"),
        MalformedKind.CastAtNotRfc3339 or MalformedKind.CastAtOutOfRange => new("not_a_timestamp", "cast_at"),
        MalformedKind.UnknownChoice => new("unknown_choice", "choice"),
        MalformedKind.None or _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Breaks no rule."),
    };

    /// <summary>The body of a malformed message.</summary>
    /// <param name="kind">The rule to break.</param>
    /// <param name="voteId">The message's vote_id.</param>
    /// <param name="lawId">A law of the plan.</param>
    /// <param name="voterId">A voter who casts no valid vote.</param>
    public static byte[] Body(MalformedKind kind, Guid voteId, string lawId, string voterId)
    {
        var id = $"\"vote_id\":\"{voteId:D}\"";
        var law = $"\"law_id\":{JsonSerializer.Serialize(lawId)}";
        var voter = $"\"voter_id\":\"{voterId}\"";
        const string Choice = "\"choice\":\"yes\"";
        var valid = $"{{{id},{law},{voter},{Choice}}}";
        return kind switch
        {
            MalformedKind.Empty => [],
            MalformedKind.NotUtf8 => NotUtf8($"{{{id},{law},{voter},\"choice\":\"", "\"}"),
            MalformedKind.TooLarge => TooLarge(valid),
            _ => Encoding.UTF8.GetBytes(kind switch
            {
                MalformedKind.NotJson => $"vote {voteId:D} yes",
                MalformedKind.Truncated => valid[..^1],
                MalformedKind.TrailingText => valid + "}",
                MalformedKind.NotAnObject => $"[{valid}]",
                MalformedKind.NestedArrays => new string('[', 1_000) + $"\"{voteId:D}\"" + new string(']', 1_000),
                MalformedKind.RawControlCharacter => $"{{{id},{law},\"voter_id\":\"{voterId}\u0001\",{Choice}}}",
                MalformedKind.DuplicateKey => $"{{{id},{law},{voter},{Choice},\"choice\":\"no\"}}",
                MalformedKind.MissingVoteId => $"{{{law},{voter},{Choice}}}",
                MalformedKind.MissingLawId => $"{{{id},{voter},{Choice}}}",
                MalformedKind.MissingVoterId => $"{{{id},{law},{Choice}}}",
                MalformedKind.MissingChoice => $"{{{id},{law},{voter}}}",
                _ => OneField(kind, id, law, voter, Choice),
            }),
        };
    }

    private static string OneField(MalformedKind kind, string id, string law, string voter, string choice) =>
        kind switch
        {
            MalformedKind.NumericVoteId => $"{{\"vote_id\":42,{law},{voter},{choice}}}",
            MalformedKind.VoteIdNotUuid => $"{{\"vote_id\":\"not-a-uuid\",{law},{voter},{choice}}}",
            MalformedKind.NumericLawId => $"{{{id},\"law_id\":7,{voter},{choice}}}",
            MalformedKind.ObjectLawId => $"{{{id},\"law_id\":{{{law}}},{voter},{choice}}}",
            MalformedKind.EmptyLawId => $"{{{id},\"law_id\":\"\",{voter},{choice}}}",
            MalformedKind.LongLawId => $"{{{id},\"law_id\":\"{new string('l', 129)}\",{voter},{choice}}}",
            MalformedKind.ControlCharacterInLawId => $"{{{id},\"law_id\":\"law\\u0000\",{voter},{choice}}}",
            MalformedKind.BooleanVoterId => $"{{{id},{law},\"voter_id\":true,{choice}}}",
            MalformedKind.EmptyVoterId => $"{{{id},{law},\"voter_id\":\"\",{choice}}}",
            MalformedKind.LongVoterId => $"{{{id},{law},\"voter_id\":\"{new string('v', 257)}\",{choice}}}",
            MalformedKind.NullChoice => $"{{{id},{law},{voter},\"choice\":null}}",
            MalformedKind.ArrayChoice => $"{{{id},{law},{voter},\"choice\":[\"yes\"]}}",
            MalformedKind.EmptyChoice => $"{{{id},{law},{voter},\"choice\":\"\"}}",
            MalformedKind.LongChoice => $"{{{id},{law},{voter},\"choice\":\"{new string('c', 65)}\"}}",
            MalformedKind.UnknownChoice => $"{{{id},{law},{voter},\"choice\":\"{UnknownChoice}\"}}",
            MalformedKind.NumericCastAt => $"{{{id},{law},{voter},{choice},\"cast_at\":1767225600}}",
            MalformedKind.NumberOutOfRange => $"{{{id},{law},{voter},{choice},\"cast_at\":1e999}}",
            MalformedKind.CastAtNotRfc3339 => $"{{{id},{law},{voter},{choice},\"cast_at\":\"yesterday\"}}",
            MalformedKind.CastAtOutOfRange => $"{{{id},{law},{voter},{choice},\"cast_at\":\"2026-02-30T25:61:00Z\"}}",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No body is known for this kind."),
        };

    private static byte[] NotUtf8(string before, string after) =>
        [.. Encoding.UTF8.GetBytes(before), 0xFF, 0xFE, .. Encoding.UTF8.GetBytes(after)];

    private static byte[] TooLarge(string valid)
    {
        const string Opening = ",\"note\":\"";
        const string Closing = "\"}";
        var filling = LargeBodyBytes - (Encoding.UTF8.GetByteCount(valid) - 1) - Opening.Length - Closing.Length;
        return Encoding.UTF8.GetBytes(valid[..^1] + Opening + new string('x', filling) + Closing);
    }
}
