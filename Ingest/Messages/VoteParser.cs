using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Votes.Grains.Interfaces;
using Votes.Ingest.VoterKeys;

namespace Votes.Ingest.Messages;

/// <summary>
/// Reads one message of the contract from its bytes and says what is wrong with it. Throws for no sequence of bytes and
/// allocates nothing for a good message whose law and choice it has met before. Owned by one lane: it keeps buffers,
/// and is not safe for use by several threads at once.
/// </summary>
/// <param name="voterKeys">Turns voter ids into keys.</param>
/// <param name="cachedLaws">How many ids of laws to keep decoded.</param>
public sealed class VoteParser(VoterKeyHasher voterKeys, int cachedLaws)
{
    /// <summary>The most bytes a message may have.</summary>
    public const int MaxBodyBytes = 16 * 1024;

    /// <summary>The most characters (Unicode code points) of a law's id.</summary>
    public const int MaxLawIdCharacters = 128;

    /// <summary>The most characters (Unicode code points) of a voter's id.</summary>
    public const int MaxVoterIdCharacters = 256;

    /// <summary>The most characters (Unicode code points) of a choice.</summary>
    public const int MaxChoiceCharacters = 64;

    private const int CachedChoices = 256;
    private const int UuidBytes = 36;
    private const int MaxBytesPerCharacter = 4;

    private static readonly string[] Names =
        [VoteField.VoteId, VoteField.LawId, VoteField.VoterId, VoteField.Choice, VoteField.CastAt];

    // Any nesting that fits is allowed in fields that are not ours.
    private static readonly JsonReaderOptions Json = new() { MaxDepth = MaxBodyBytes };

    private static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    private readonly TextCache _lawIds = new(cachedLaws);
    private readonly TextCache _choices = new(CachedChoices);
    private readonly byte[] _unescaped = new byte[MaxBodyBytes];
    private readonly byte[] _voterId = new byte[MaxVoterIdCharacters * MaxBytesPerCharacter];

    private Field _field;
    private Guid _voteId;
    private int _voterIdLength;
    private string _lawId = "";
    private string _choice = "";
    private long _castAt;

    private enum Field
    {
        VoteId,
        LawId,
        VoterId,
        Choice,
        CastAt,
        Unknown,
    }

    /// <summary>Reads a message.</summary>
    /// <param name="body">The whole body; not kept.</param>
    /// <param name="receivedAtMicroseconds">
    /// Microseconds since the Unix epoch; stands in for <c>cast_at</c> where it is absent.
    /// </param>
    /// <param name="vote">The vote, where the message is one.</param>
    /// <param name="poison">What is wrong, where it is none.</param>
    public bool TryParse(ReadOnlySpan<byte> body, long receivedAtMicroseconds, out Vote vote, out Poison poison)
    {
        vote = default;
        _castAt = receivedAtMicroseconds;
        if (body.Length > MaxBodyBytes)
        {
            poison = new Poison(
                PoisonReason.TooLarge, "", $"The body has {body.Length} bytes; at most {MaxBodyBytes} are allowed.");
            return false;
        }

        if (!Utf8.IsValid(body))
        {
            poison = new Poison(PoisonReason.NotUtf8, "", "The body is not UTF-8.");
            return false;
        }

        if (Read(body) is { } found)
        {
            poison = found;
            return false;
        }

        poison = default;
        var voter = voterKeys.Hash(_lawId, _voterId.AsSpan(0, _voterIdLength));
        vote = new Vote(_lawId, new CastVote(_voteId, voter, _choice, _castAt));
        return true;
    }

    private Poison? Read(ReadOnlySpan<byte> body)
    {
        _field = Field.Unknown;

        // Some libraries write a byte order mark; RFC 8259 lets a reader pass over it.
        var reader = new Utf8JsonReader(body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body, Json);
        try
        {
            reader.Read();
            return reader.TokenType == JsonTokenType.StartObject
                ? ReadObject(ref reader)
                : new Poison(
                    PoisonReason.NotAnObject, "", $"The body is a JSON {reader.TokenType}; expected an object.");
        }
        catch (JsonException e)
        {
            // The exception's own message quotes the body, which may hold a voter's id: only the place is passed on.
            return At(
                PoisonReason.NotJson,
                $"The body is not one JSON value: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
        }
    }

    private Poison? ReadObject(ref Utf8JsonReader reader)
    {
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            _field = FieldOf(ref reader);
            if (_field == Field.Unknown)
            {
                reader.Skip();
                continue;
            }

            if ((seen & (1 << (int)_field)) != 0)
            {
                return At(PoisonReason.DuplicateField, "The field occurs more than once.");
            }

            seen |= 1 << (int)_field;
            reader.Read();
            if (ReadValue(ref reader) is { } poison)
            {
                return poison;
            }

            _field = Field.Unknown;
        }

        // Throws where anything follows the object.
        reader.Read();
        for (var required = Field.VoteId; required <= Field.Choice; required++)
        {
            if ((seen & (1 << (int)required)) == 0)
            {
                _field = required;
                return At(PoisonReason.MissingField, "The field is required.");
            }
        }

        return null;
    }

    private Field FieldOf(scoped ref Utf8JsonReader reader)
    {
        var name = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            if (!TryUnescape(ref reader, out name))
            {
                return Field.Unknown;
            }
        }

        return name switch
        {
            _ when name.SequenceEqual("vote_id"u8) => Field.VoteId,
            _ when name.SequenceEqual("law_id"u8) => Field.LawId,
            _ when name.SequenceEqual("voter_id"u8) => Field.VoterId,
            _ when name.SequenceEqual("choice"u8) => Field.Choice,
            _ when name.SequenceEqual("cast_at"u8) => Field.CastAt,
            _ => Field.Unknown,
        };
    }

    private Poison? ReadValue(ref Utf8JsonReader reader)
    {
        if (_field == Field.CastAt && reader.TokenType == JsonTokenType.Null)
        {
            // What many serializers write for a value that is not set.
            return null;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return At(PoisonReason.WrongType, $"Expected a string, found a JSON {reader.TokenType}.");
        }

        var text = reader.ValueSpan;
        if (reader.ValueIsEscaped && !TryUnescape(ref reader, out text))
        {
            return At(PoisonReason.NotText, "The field holds an escape that names half of a surrogate pair.");
        }

        if (text.Length == 0)
        {
            return At(PoisonReason.Empty, "The field is empty.");
        }

        switch (_field)
        {
            case Field.VoteId:
                return text.Length == UuidBytes && Utf8Parser.TryParse(text, out _voteId, out var read, 'D')
                    && read == UuidBytes
                    ? null
                    : At(PoisonReason.NotAUuid, "Expected a UUID in the form 8-4-4-4-12.");
            case Field.LawId:
                return Keep(ref _lawId, _lawIds, text, MaxLawIdCharacters);
            case Field.VoterId:
                return CheckText(text, MaxVoterIdCharacters, allowControl: true) ?? KeepVoter(text);
            case Field.Choice:
                return Keep(ref _choice, _choices, text, MaxChoiceCharacters);
            case Field.CastAt:
                return Rfc3339.TryParse(text, out _castAt)
                    ? null
                    : At(PoisonReason.NotATimestamp, "Expected an RFC 3339 timestamp such as 2026-03-01T12:00:00Z.");
            case Field.Unknown:
            default:
                throw new UnreachableException("Only fields of the contract are read.");
        }
    }

    private Poison? CheckText(ReadOnlySpan<byte> text, int maxCharacters, bool allowControl)
    {
        var characters = FieldText.Count(text, out var control);
        if (control > 0 && !allowControl)
        {
            return At(PoisonReason.ControlCharacter, $"Character {control} is a control character.");
        }

        return characters <= maxCharacters
            ? null
            : At(PoisonReason.TooLong, $"The field has {characters} characters; at most {maxCharacters} are allowed.");
    }

    /// <summary>Takes over a law id or a choice. What is in the cache has passed the rule, and is not looked through
    /// again.</summary>
    private Poison? Keep(ref string target, TextCache cache, ReadOnlySpan<byte> text, int maxCharacters)
    {
        if (cache.TryFind(text, out target))
        {
            return null;
        }

        var decoded = Encoding.UTF8.GetString(text);
        if (LawText.FaultOf(decoded, maxCharacters) is { } fault)
        {
            return At(fault.Code, fault.Detail);
        }

        target = cache.Get(text);
        return null;
    }

    private Poison? KeepVoter(ReadOnlySpan<byte> text)
    {
        if (!FieldText.HasVisibleCharacter(text))
        {
            return At(PoisonReason.Empty, "The field has no visible character.");
        }

        // The key may take the law as well, which may come later.
        text.CopyTo(_voterId);
        _voterIdLength = text.Length;
        return null;
    }

    private bool TryUnescape(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        try
        {
            text = _unescaped.AsSpan(0, reader.CopyString(_unescaped));
            return true;
        }
        catch (InvalidOperationException)
        {
            // The reader's way to say that an escape names half of a surrogate pair.
            text = default;
            return false;
        }
    }

    private Poison At(string reason, string detail) =>
        new(reason, _field == Field.Unknown ? "" : Names[(int)_field], detail);
}
