using Votes.Grains.Flush;
using Votes.Grains.Reports;

namespace Votes.Silo.Operators;

/// <summary>
/// Keeps for the operators' page what the silo's log says of faults: our own warnings, the database's going and coming, and
/// the errors of everything else.
/// </summary>
public sealed class EventLog(RecentEvents events) : ILoggerProvider
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Source(categoryName, LeastOf(categoryName), events);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds nothing.
    }

    private static LogLevel LeastOf(string category) =>
        category == typeof(StoreState).FullName || category == typeof(DeadLetterDesk).FullName ? LogLevel.Information
        : category.StartsWith("Votes.", StringComparison.Ordinal) ? LogLevel.Warning
        : LogLevel.Error;

    private sealed class Source(string category, LogLevel least, RecentEvents events) : ILogger
    {
        private readonly string _name = category[(category.LastIndexOf('.') + 1)..];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var cause = exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})";
                events.Add($"{category}/{eventId.Id}/{eventId.Name}", logLevel.ToString(), _name, formatter(state, exception) + cause);
            }
        }
    }
}
