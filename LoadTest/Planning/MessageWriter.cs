using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Votes.LoadTest.Planning;

/// <summary>Writes messages' bodies. A vote's body costs no allocation: 190 bytes from spans prepared once.</summary>
public sealed class MessageWriter
{
    /// <summary>Room for the longest body.</summary>
    public const int BufferBytes = 32 * 1024;

    private readonly MessagePlan _plan;
    private readonly byte[] _voterPrefix;
    private readonly byte[][] _laws;
    private readonly byte[][][] _choices;

    /// <summary>Prepares the parts that repeat: laws, choices and the prefix of voter ids.</summary>
    public MessageWriter(MessagePlan plan)
    {
        _plan = plan;
        _voterPrefix = Encoding.UTF8.GetBytes($"voter-{plan.RunId}-");
        _laws = [.. plan.Laws.Select(Quoted)];
        // Most laws share one list of choices, and so its bytes.
        var known = new Dictionary<IReadOnlyList<string>, byte[][]>(ReferenceEqualityComparer.Instance);
        _choices = [.. Enumerable.Range(0, _laws.Length).Select(law => Prepared(plan.ChoicesOf(law), known))];
    }

    /// <summary>Writes a message's body and returns its length.</summary>
    /// <param name="message">The message; a redelivery has the bytes of its source.</param>
    /// <param name="castAt">When its source was first sent.</param>
    /// <param name="buffer">At least <see cref="BufferBytes" /> long.</param>
    public int Write(in PlannedMessage message, DateTimeOffset castAt, Span<byte> buffer)
    {
        if (message.Kind == MessageKind.Malformed)
        {
            var body = MalformedMessage.Body(message.Malformed, VoteIds.Create(_plan.RunId, message.Source),
                _plan.Laws[message.Law], $"voter-{_plan.RunId}-m{message.Source}");
            body.CopyTo(buffer);
            return body.Length;
        }

        var length = Append(buffer, 0, "{\"vote_id\":\""u8);
        Utf8Formatter.TryFormat(VoteIds.Create(_plan.RunId, message.Source), buffer[length..], out var written);
        length = Append(buffer, length + written, "\",\"law_id\":"u8);
        length = Append(buffer, length, _laws[message.Law]);
        length = Append(buffer, length, ",\"voter_id\":\""u8);
        length = Append(buffer, length, _voterPrefix);
        Utf8Formatter.TryFormat(message.Voter, buffer[length..], out written);
        length = Append(buffer, length + written, "\",\"choice\":"u8);
        length = Append(buffer, length, _choices[message.Law][message.Choice]);
        length = Append(buffer, length, ",\"cast_at\":\""u8);
        castAt.UtcDateTime.TryFormat(
            buffer[length..], out written, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        return Append(buffer, length + written, "\"}"u8);
    }

    private static byte[][] Prepared(
        IReadOnlyList<string> choices, Dictionary<IReadOnlyList<string>, byte[][]> known)
    {
        if (!known.TryGetValue(choices, out var prepared))
            known.Add(choices, prepared = [.. choices.Select(Quoted)]);
        return prepared;
    }

    private static byte[] Quoted(string text) => JsonSerializer.SerializeToUtf8Bytes(text);

    private static int Append(Span<byte> buffer, int length, ReadOnlySpan<byte> part)
    {
        part.CopyTo(buffer[length..]);
        return length + part.Length;
    }
}
