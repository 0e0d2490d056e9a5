using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Votes.Silo.Access.Trail;

/// <summary>Callers' text as the operator log can hold it: short, well-formed, without control characters. Pure.</summary>
internal static class LogText
{
    private const int MaxCharacters = 200;
    private const char Cut = '…';

    /// <summary>The text, with what cannot be stored replaced, and cut where it is too long.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder();
        var characters = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (++characters == MaxCharacters)
            {
                return clean.Append(Cut).ToString();
            }

            clean.Append(Rune.IsControl(rune) ? Rune.ReplacementChar : rune);
        }

        return clean.ToString();
    }

    /// <summary>Names and values as a JSON object; values that are null are left out.</summary>
    public static string Json(IEnumerable<(string Name, object? Value)> details)
    {
        var json = new JsonObject();
        foreach (var (name, value) in details)
        {
            if (value is not null)
            {
                json[name] = JsonSerializer.SerializeToNode(value is string text ? Clean(text) : value);
            }
        }

        return json.ToJsonString();
    }
}
