using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Votes.Silo.Api;

/// <summary>
/// Moments in bodies and answers: read strictly (<see cref="Moment"/>), written to the microsecond at most. That is
/// what the database holds, and more digits break readers of other languages.
/// </summary>
public sealed class MomentConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Moment.TryRead(reader.GetString()!, out var moment)
            ? moment
            : throw new BadBodyException(Moment.Rule);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFzzz", CultureInfo.InvariantCulture));
}
