using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;
using Votes.Security.Amqp;

namespace Votes.DeadLetters;

/// <summary>
/// A dead letter as it was read from the queue. Everything in it may be hostile: whoever prints it makes it safe first.
/// </summary>
/// <param name="Properties">The properties and headers.</param>
/// <param name="Body">The message as it came.</param>
public sealed record Letter(IReadOnlyBasicProperties Properties, ReadOnlyMemory<byte> Body)
{
    private const int IdCharacters = 12;
    private byte[]? _sha256;

    /// <summary>
    /// The letter's name: a hash of reason, field and body, which it keeps while it goes through queues. Letters that are
    /// the same to the byte have the same.
    /// </summary>
    public string Id => Convert.ToHexStringLower(Sha256.Span)[..IdCharacters];

    /// <summary>The whole of that hash: SHA-256 of reason, NUL, field, NUL and body.</summary>
    public ReadOnlyMemory<byte> Sha256 => _sha256 ??= Hash();

    /// <summary>The code of the reason; empty where there is none.</summary>
    public string Reason => Header(LetterHeaders.Reason);

    /// <summary>The offending field; empty where there is none.</summary>
    public string Field => Header(LetterHeaders.Field);

    /// <summary>A sentence on the reason; empty where there is none.</summary>
    public string Detail => Header(LetterHeaders.Detail);

    /// <summary>How often the message was replayed already.</summary>
    public int Replays => LetterHeaders.ReplaysOf(Properties);

    /// <summary>When the letter was written; null where it does not say.</summary>
    public DateTimeOffset? At =>
        Properties.Headers is { } headers && headers.TryGetValue(LetterHeaders.At, out var value)
            ? Time(value)
            : null;

    /// <summary>When the publisher says that it sent the message; null where it does not say.</summary>
    public DateTimeOffset? SentAt => Properties.IsTimestampPresent() ? Time(Properties.Timestamp) : null;

    /// <summary>
    /// A header as text: bytes as UTF-8, anything else as its value. Tables and arrays that nest deeper than a connection
    /// lets through are three dots.
    /// </summary>
    public static string TextOf(object? value) => TextOf(value, HeaderGuard.MaxDepth);

    private static string TextOf(object? value, int levels) => value switch
    {
        null => "",
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        BinaryTableValue { Bytes: { } bytes } => Encoding.UTF8.GetString(bytes),
        AmqpTimestamp time => Time(time) is { } at ? at.ToString("u", CultureInfo.InvariantCulture) : "no time",
        IDictionary<string, object?> or System.Collections.IList when levels == 0 => "...",
        IDictionary<string, object?> table =>
            $"{{{string.Join(", ", table.Select(entry => $"{entry.Key}: {TextOf(entry.Value, levels - 1)}"))}}}",
        System.Collections.IList list =>
            $"[{string.Join(", ", list.Cast<object?>().Select(entry => TextOf(entry, levels - 1)))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static DateTimeOffset? Time(object? value)
    {
        var seconds = value switch
        {
            AmqpTimestamp time => time.UnixTime,
            byte[] text when DateTimeOffset.TryParse(
                Encoding.UTF8.GetString(text),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var at) => at.ToUnixTimeSeconds(),
            _ => long.MinValue,
        };

        // A publisher may write any number.
        return seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? null
            : DateTimeOffset.FromUnixTimeSeconds(seconds);
    }

    private string Header(string name) =>
        Properties.Headers is { } headers && headers.TryGetValue(name, out var value) ? TextOf(value) : "";

    private byte[] Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Reason));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(Field));
        hash.AppendData([0]);
        hash.AppendData(Body.Span);
        return hash.GetHashAndReset();
    }
}
