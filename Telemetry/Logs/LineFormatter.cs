using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Votes.Telemetry.Logs;

/// <summary>
/// A line for people for each event: time, level, source, message, and the exception if there is one. Characters that would
/// break the line or change the order in which it is shown are written as &lt;U+202E&gt;: a law's id may hold them.
/// </summary>
public sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(Format)
{
    /// <summary>The format's name.</summary>
    public const string Format = "votes-lines";

    /// <inheritdoc/>
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter?.Invoke(logEntry.State, logEntry.Exception) ?? "";
        textWriter.Write(time.GetLocalNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        textWriter.Write(NameOf(logEntry.LogLevel));
        textWriter.Write($": {logEntry.Category}[{logEntry.EventId.Id.ToString(CultureInfo.InvariantCulture)}] ");
        textWriter.Write(Visible(message));
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(' ');
            textWriter.Write(Visible(exception.ToString()));
        }

        textWriter.Write('\n');
    }

    /// <summary>The text on one line, with each character where it stands.</summary>
    private static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\r' or '\t')
            {
                visible.Append(' ');
            }
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                visible.Append(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
            }
            else
            {
                visible.Append(rune);
            }
        }

        return visible.ToString();
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
