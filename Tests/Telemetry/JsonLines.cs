using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Votes.Tests.Telemetry;

/// <summary>Keeps the lines that the console would show, made by its own formatter.</summary>
internal sealed class JsonLines : ILoggerProvider, ILogger, ISupportExternalScope
{
    private IExternalScopeProvider? _scopes;

    public ConsoleFormatter? Formatter { get; set; }

    public List<string> Written { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _scopes?.Push(state);

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        using var line = new StringWriter();
        Formatter?.Write(
            new LogEntry<TState>(logLevel, "Votes.Test", eventId, state, exception, formatter), _scopes, line);
        Written.Add(line.ToString());
    }

    public void Dispose()
    {
    }
}
