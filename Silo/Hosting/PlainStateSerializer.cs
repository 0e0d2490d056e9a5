using System.Text.Json;
using System.Text.Json.Nodes;
using Orleans.Storage;

namespace Votes.Silo.Hosting;

/// <summary>
/// Grain states as JSON without names of types. Orleans' own serializer writes the type into the row (<c>$type</c>) and makes
/// at reading what the row names: whoever may write a row chose the class. Rows of that form are read as well, their names of
/// types ignored; and silos that have that serializer read these rows, so that versions mix.
/// </summary>
public sealed class PlainStateSerializer : IGrainStorageSerializer
{
    private const string Values = "$values";

    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

    /// <inheritdoc/>
    public T Deserialize<T>(BinaryData input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Plain(JsonNode.Parse(input)).Deserialize<T>()
            ?? throw new JsonException($"The stored state is not a {typeof(T).Name}.");
    }

    /// <summary>A copy without <c>$type</c>, <c>$id</c> and the like, and with lists as they are in JSON.</summary>
    private static JsonNode? Plain(JsonNode? node) => node switch
    {
        JsonObject wrapped when wrapped.TryGetPropertyValue(Values, out var values) => Plain(values),
        JsonObject members => new JsonObject(members
            .Where(static member => !member.Key.StartsWith('$'))
            .Select(static member => KeyValuePair.Create(member.Key, Plain(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Plain)]),
        _ => node?.DeepClone(),
    };
}
