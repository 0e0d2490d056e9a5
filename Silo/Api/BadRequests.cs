using System.Text.Json;
using System.Text.RegularExpressions;

namespace Votes.Silo.Api;

/// <summary>
/// What a caller is told of a parameter or a body that the framework could not read. Its own messages speak of types of this
/// program, which tell a caller nothing.
/// </summary>
internal static partial class BadRequests
{
    private const int MaxShown = 50;
    private const int RegexMilliseconds = 1_000;

    /// <summary>The exception in words for the caller.</summary>
    public static string DetailOf(BadHttpRequestException exception)
    {
        if (exception.InnerException is JsonException json)
        {
            return $"The body is not what this route takes: {DetailOf(json)}";
        }

        if (Parameter().Match(exception.Message) is { Success: true } bad)
        {
            return $"{bad.Groups["name"].Value} is '{Short(bad.Groups["value"].Value)}'; it must be "
                + RuleOf(bad.Groups["type"].Value);
        }

        return MissingBody().IsMatch(exception.Message)
            ? "The body is missing: this route takes a JSON object."
            : exception.Message;
    }

    private static string DetailOf(JsonException json)
    {
        if (json is BadBodyException bad)
        {
            return $"{FieldOf(json)} {bad.Message.TrimEnd('.')}.";
        }

        if (TwiceNamed().Match(json.Message) is { Success: true } twice)
        {
            return $"it names '{Short(twice.Groups["name"].Value)}' more than once.";
        }

        if (UnknownField().Match(json.Message) is { Success: true } unknown)
        {
            return $"it has no field '{Short(unknown.Groups["name"].Value)}'. /openapi/v1.json describes those it has.";
        }

        if (!WrongType().IsMatch(json.Message))
        {
            return $"from line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1} on it is no JSON.";
        }

        return json.Path is null or "$"
            ? "it must be a JSON object."
            : $"{FieldOf(json)} has another type or form. /openapi/v1.json describes it.";
    }

    private static string FieldOf(JsonException json) => json.Path is null or "$" ? "it" : Short(json.Path[2..]);

    private static string RuleOf(string type) => type switch
    {
        "int" => $"a whole number of at most {int.MaxValue}.",
        nameof(Moment) => $"{Moment.Rule["must be ".Length..]}. In an address, + is written %2B.",
        "bool" => "true or false.",
        _ => "something else.",
    };

    /// <summary>The first of a caller's text, to be shown to the caller.</summary>
    internal static string Short(string text) => text.Length <= MaxShown ? text : $"{text[..MaxShown]}…";

    [GeneratedRegex(
        "^Failed to bind parameter \"(Nullable<)?(?<type>\\w+)>? (?<name>\\w+)\" from \"(?<value>.*)\"\\.$",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        RegexMilliseconds)]
    private static partial Regex Parameter();

    [GeneratedRegex("^(Implicit body|Required parameter .* body)", RegexOptions.ExplicitCapture, RegexMilliseconds)]
    private static partial Regex MissingBody();

    [GeneratedRegex(
        "^The JSON property '(?<name>.*)' could not be mapped",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        RegexMilliseconds)]
    private static partial Regex UnknownField();

    [GeneratedRegex(
        "^Duplicate property '(?<name>.*)' encountered",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        RegexMilliseconds)]
    private static partial Regex TwiceNamed();

    [GeneratedRegex("could not be converted to", RegexOptions.None, RegexMilliseconds)]
    private static partial Regex WrongType();
}
