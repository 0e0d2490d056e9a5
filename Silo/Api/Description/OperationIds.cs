namespace Votes.Silo.Api.Description;

/// <summary>The names of routes in the OpenAPI document, which generators make methods of. Pure.</summary>
public static class OperationIds
{
    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["GET /api/laws"] = "listLaws",
        ["POST /api/laws"] = "createLaw",
        ["PATCH /api/laws/{id}"] = "changeLaw",
        ["DELETE /api/laws/{id}"] = "deleteLaw",
        ["GET /api/laws/{id}/live"] = "watchLaw",
        ["GET /api/live"] = "watchLaws",
    };

    /// <summary>
    /// The name of a route: get and the path's words, the last word first where it is one that is done (POST); of
    /// /api/laws/{id}/tally, getLawTally. A client's code has these names, so they never change.
    /// </summary>
    /// <param name="method">The method, in capitals.</param>
    /// <param name="path">The path's pattern, with or without its first slash.</param>
    public static string Of(string method, string path)
    {
        var pattern = $"/{path.TrimStart('/')}";
        if (Named.TryGetValue($"{method} {pattern}", out var name))
        {
            return name;
        }

        var words = new List<string>();
        foreach (var segment in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment is "{id}" && words.Count > 0)
            {
                words[^1] = words[^1].TrimEnd('s');
            }
            else if (segment is not "api" && !segment.StartsWith('{'))
            {
                words.Add(string.Concat(segment.Split('-', '.').Select(Capital)));
            }
        }

        return method == HttpMethods.Post && words.Count > 1
            ? Small(words[^1]) + string.Concat(words[..^1])
            : method.ToLowerInvariant() + string.Concat(words);
    }

    private static string Capital(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..];

    private static string Small(string word) => char.ToLowerInvariant(word[0]) + word[1..];
}
