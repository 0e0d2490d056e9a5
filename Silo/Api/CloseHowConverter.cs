using System.Text.Json;
using System.Text.Json.Serialization;

namespace Votes.Silo.Api;

/// <summary>Reads <see cref="CloseHow"/>.</summary>
internal sealed class CloseHowConverter : JsonConverter<CloseHow>
{
    /// <inheritdoc/>
    public override CloseHow Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.True => CloseHow.Now,
            JsonTokenType.False => CloseHow.CallOff,
            JsonTokenType.String when reader.ValueTextEquals("when_drained"u8) => CloseHow.WhenDrained,
            _ => throw new BadBodyException("must be true, \"when_drained\", or false, which calls a closing off that still waits."),
        };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, CloseHow value, JsonSerializerOptions options) =>
        throw new NotSupportedException("It is read alone.");
}
