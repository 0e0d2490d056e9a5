using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Votes.Telemetry.Logs;

/// <summary>
/// Keeps the log readable while a server is away, before another formatter writes the line: a known outage has its cause in
/// one sentence in place of a stack, unless Debug is on for the category; a library's line is cut to a bounded length, and its
/// lines to a bounded number, with the rest counted. Our own errors keep their stacks.
/// </summary>
public sealed partial class CalmConsoleFormatter : ConsoleFormatter, IDisposable
{
    /// <summary>The name under which the console finds it.</summary>
    public const string FormatterName = "votes";

    /// <summary>The most characters of a library's line.</summary>
    public const int MostCharacters = 1_000;

    private const string Ours = "Votes.";

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(10);

    private readonly string _writes;
    private readonly IServiceProvider _services;
    private readonly LineLimit _limit;
    private readonly ITimer _report;
    private ConsoleFormatter? _inner;

    /// <summary>Creates the formatter.</summary>
    /// <param name="writes">The name of the formatter that writes the line.</param>
    /// <param name="services">Where that formatter and the loggers are.</param>
    /// <param name="time">The clock of the limit.</param>
    public CalmConsoleFormatter(string writes, IServiceProvider services, TimeProvider time)
        : base(FormatterName)
    {
        _writes = writes;
        _services = services;
        _limit = new LineLimit(time);
        _report = time.CreateTimer(_ => ReportSuppressed(), null, ReportInterval, ReportInterval);
    }

    /// <inheritdoc/>
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        // Not in the constructor: this is one of the formatters.
        _inner ??= _services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == _writes);
        var isOurs = logEntry.Category.StartsWith(Ours, StringComparison.Ordinal);
        if (!isOurs && logEntry.LogLevel < LogLevel.Critical && !_limit.TryPass(logEntry.Category))
        {
            return;
        }

        var exception = logEntry.Exception;
        var hidesStack = exception is not null && KnownOutage.Is(exception)
            && !(isOurs && logEntry.LogLevel >= LogLevel.Error) && !IsDebugging(logEntry.Category);
        var text = logEntry.Formatter(logEntry.State, exception);
        text = isOurs ? Sentence.Of(text) : IsDebugging(logEntry.Category) ? text : Shortened(text);
        if (hidesStack)
        {
            text = $"{Sentence.Of(text)} {KnownOutage.Cause(exception!)}";
            exception = null;
        }

        var entry = new LogEntry<TState>(
            logEntry.LogLevel, logEntry.Category, logEntry.EventId, logEntry.State, exception, (_, _) => text);
        _inner.Write(entry, scopeProvider, textWriter);
    }

    /// <inheritdoc/>
    public void Dispose() => _report.Dispose();

    /// <summary>Without the stacks that some libraries print into their messages, and no longer than is allowed.</summary>
    private static string Shortened(string text)
    {
        if (text.Contains("   at ", StringComparison.Ordinal))
        {
            text = string.Join('\n', text.Split('\n').Where(
                static line => !line.TrimStart().StartsWith("at ", StringComparison.Ordinal)));
        }

        return text.Length <= MostCharacters ? text : $"{text[..MostCharacters]}… ({text.Length} characters)";
    }

    private bool IsDebugging(string category) =>
        _services.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled(LogLevel.Debug);

    private void ReportSuppressed()
    {
        var suppressed = _limit.TakeSuppressed();
        if (suppressed.Count == 0)
        {
            return;
        }

        var logger = _services.GetRequiredService<ILoggerFactory>().CreateLogger<CalmConsoleFormatter>();
        foreach (var (category, lines) in suppressed)
        {
            LogSuppressed(logger, category, lines, ReportInterval.TotalSeconds);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Category} wrote {Lines} more lines within {Seconds:F0} s, which are not shown.")]
    private static partial void LogSuppressed(ILogger logger, string category, long lines, double seconds);
}
