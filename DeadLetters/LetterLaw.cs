using System.Text.Json;

namespace Votes.DeadLetters;

/// <summary>Finds the law that a message names, as far as it can be read. Pure.</summary>
public static class LetterLaw
{
    private static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    /// <summary>The first <c>law_id</c> of a JSON object that is a string; null where there is none.</summary>
    public static string? Of(ReadOnlySpan<byte> body)
    {
        // As Ingest reads it: any nesting in fields that are not ours, behind a byte order mark or none.
        body = body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Math.Max(1, body.Length) });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isLaw = reader.ValueTextEquals("law_id"u8);
                reader.Read();
                if (isLaw && reader.TokenType == JsonTokenType.String)
                    return reader.GetString();
                reader.Skip();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // It is a dead letter: the body may be anything, half a surrogate pair among it.
        }

        return null;
    }
}
