using System.Text.Json.Nodes;

namespace Votes.Silo.Api.Description;

/// <summary>Texts of the API that can have a few values alone.</summary>
internal static class KnownValues
{
    private static readonly string[] Statuses = ["open", "closing", "closed"];
    private static readonly string[] Sorts = ["votes", "recent"];
    private static readonly Type[] WithStatus = [typeof(LawView), typeof(TallyView), typeof(BusyLawView)];

    /// <summary>The values of a field; null: any.</summary>
    public static IList<JsonNode>? OfField(Type type, string name) =>
        name == "status" && WithStatus.Contains(type) ? Nodes(Statuses) : null;

    /// <summary>The values of a parameter of a route; null: any.</summary>
    public static IList<JsonNode>? OfParameter(string operation, string? name) => (operation, name) switch
    {
        ("listLaws", "status") => Nodes(Statuses),
        ("listLaws", "sort") => Nodes(Sorts),
        _ => null,
    };

    /// <summary>Texts as the document holds them.</summary>
    public static IList<JsonNode> Nodes(IEnumerable<string> texts) => [.. texts.Select(static text => JsonValue.Create(text))];
}
