using System.Text.Json;
using System.Text.Json.Serialization;

namespace Votes.LoadTest;

/// <summary>Writes a run id into the ledger as its 12 hexadecimal digits.</summary>
public sealed class RunIdJsonConverter : JsonConverter<RunId>
{
    /// <inheritdoc />
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RunId.TryParse(reader.GetString(), out var runId)
            ? runId
            : throw new JsonException("A run id is 12 hexadecimal digits.");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
