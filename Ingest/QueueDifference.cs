using System.Globalization;
using System.Text.RegularExpressions;

namespace Votes.Ingest;

/// <summary>One argument in which a queue that exists differs from the one that would be made.</summary>
/// <param name="Argument">The argument's name.</param>
/// <param name="Current">What the queue has: a text, a number, a boolean; null where it has none.</param>
/// <param name="BrokerSays">The broker's sentence.</param>
public sealed partial record QueueDifference(string Argument, object? Current, string BrokerSays)
{
    private const int PatternMilliseconds = 1_000;

    /// <summary>Reads the broker's refusal to declare a queue again; null where it is about something else.</summary>
    public static QueueDifference? Read(string brokerSays)
    {
        var match = Pattern().Match(brokerSays);
        return match.Success
            ? new(match.Groups["name"].Value, Value(match.Groups["value"], match.Groups["type"].Value), brokerSays)
            : null;
    }

    // The type is told where only one of both has the argument.
    private static object? Value(Group value, string type) => value switch
    {
        { Success: false } => null,
        _ when type is "longstr" or "binary" => value.Value,
        _ when long.TryParse(
            value.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ when bool.TryParse(value.Value, out var flag) => flag,
        _ => value.Value,
    };

    [GeneratedRegex(
        "inequivalent arg '(?<name>[^']+)' for .+: received .+ but current is "
            + "(?:none|(?:the value )?'(?<value>.*?)'(?: of type '(?<type>[a-z]+)')?)$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline,
        PatternMilliseconds)]
    private static partial Regex Pattern();
}
