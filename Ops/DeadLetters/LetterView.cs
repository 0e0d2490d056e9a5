using System.Globalization;
using System.Text;
using Spectre.Console;
using Votes.DeadLetters;

namespace Votes.Ops.DeadLetters;

/// <summary>Prints one letter in full, made safe for a terminal.</summary>
internal static class LetterView
{
    /// <summary>How much of a body is shown; a message may have many megabytes.</summary>
    public const int MostBytes = 64 * 1024;

    private const int HexBytesPerLine = 16;

    /// <summary>What it is, its properties and headers, then the body: as text, or as bytes where it is not UTF-8.</summary>
    public static void Write(IAnsiConsole console, Letter letter)
    {
        var writer = console.Profile.Out.Writer;
        var properties = letter.Properties;
        Line(writer, "id", letter.Id);
        Line(writer, "when (UTC)", LettersView.When(letter.At, letter.SentAt));
        Line(writer, "reason", letter.Reason);
        Line(writer, "field", letter.Field);
        Line(writer, "detail", letter.Detail);
        Line(writer, "replays", letter.Replays.ToString(CultureInfo.InvariantCulture));
        Line(writer, "law", LetterLaw.Of(letter.Body.Span) ?? "(none can be read)");
        Line(writer, "message id", properties.MessageId);
        Line(writer, "correlation id", properties.CorrelationId);
        Line(writer, "content type", properties.ContentType);
        Line(writer, "encoding", properties.ContentEncoding);
        Line(writer, "type", properties.Type);
        Line(writer, "app id", properties.AppId);
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
            Line(writer, $"header {name}", Letter.TextOf(value));
        WriteBody(writer, letter.Body.Span);
    }

    private static void Line(TextWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            writer.WriteLine($"{SafeText.Of(name)}: {SafeText.Of(value)}");
    }

    private static void WriteBody(TextWriter writer, ReadOnlySpan<byte> body)
    {
        var isText = SafeText.TryDecode(body, out var text);
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"body: {body.Length:N0} bytes, {(isText ? "UTF-8" : "not UTF-8, shown as hex")}"));
        if (isText)
            writer.WriteLine(SafeText.Of(text, MostBytes));
        else
            WriteHex(writer, body[..Math.Min(body.Length, MostBytes)]);
        if (!isText && body.Length > MostBytes)
            writer.WriteLine("…");
    }

    private static void WriteHex(TextWriter writer, ReadOnlySpan<byte> bytes)
    {
        for (var start = 0; start < bytes.Length; start += HexBytesPerLine)
        {
            var line = bytes[start..Math.Min(start + HexBytesPerLine, bytes.Length)];
            var shown = new StringBuilder();
            foreach (var value in line)
                shown.Append(value is >= 0x20 and < 0x7f ? (char)value : '.');
            var hex = Convert.ToHexStringLower(line);
            var apart = string.Join(' ', hex.Chunk(2).Select(static pair => new string(pair)));
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{start:x8}  {apart,-47}  {shown}"));
        }
    }
}
