namespace Votes.Telemetry.Logs;

/// <summary>Ends texts of others, such as an exception's message, so that the next sentence can follow. Pure.</summary>
public static class Sentence
{
    /// <summary>The text with a full stop at its end, where it has no such mark.</summary>
    public static string Of(string text)
    {
        var trimmed = text.TrimEnd();
        return trimmed.Length == 0 || trimmed[^1] is '.' or '!' or '?' or '…' ? trimmed : trimmed + ".";
    }
}
