using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Votes.Telemetry.Logs;
using Xunit;

namespace Votes.Tests.Telemetry;

public sealed class CalmConsoleFormatterTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly JsonLines _lines = new();
    private ServiceProvider? _services;

    private CalmConsoleFormatter? _formatter;

    [Fact]
    public void Known_outage_is_one_sentence_without_a_stack()
    {
        var line = Written("Votes.Silo.Test", LogLevel.Warning, "Totals are late", Thrown(
            new NpgsqlException("Failed to connect to 127.0.0.1:5432", new SocketException(111))));

        Assert.Equal(
            "Totals are late. NpgsqlException: Failed to connect to 127.0.0.1:5432: Connection refused.",
            line.GetProperty("Message").GetString());
        Assert.False(line.TryGetProperty("Exception", out _));
    }

    [Theory]
    [InlineData("57P01", false)]
    [InlineData("25006", false)]
    [InlineData("53300", false)]
    [InlineData("42703", true)]
    [InlineData("23505", true)]
    public void Stack_of_a_fault_of_ours_stays(string state, bool stays)
    {
        var line = Written(
            "Votes.Silo.Test", LogLevel.Warning, "Failed.", Thrown(new PostgresException("no", "ERROR", "ERROR", state)));

        Assert.Equal(stays, line.TryGetProperty("Exception", out _));
    }

    [Fact]
    public void Stack_of_an_outage_stays_in_our_errors_and_where_Debug_is_on()
    {
        Assert.True(Written("Votes.Silo.Test", LogLevel.Error, "No.", Thrown(new TimeoutException("late"))).TryGetProperty("Exception", out _));
        Assert.False(Written("Orleans.Test", LogLevel.Error, "No.", Thrown(new TimeoutException("late"))).TryGetProperty("Exception", out _));
        Assert.True(
            Written("Orleans.Test", LogLevel.Error, "No.", Thrown(new TimeoutException("late")), debug: true).TryGetProperty("Exception", out _));
    }

    [Fact]
    public void Line_of_a_library_is_cut_and_its_printed_stack_is_left_out()
    {
        var text = "Failed\n   at Orleans.A()\n   at Orleans.B()\n" + new string('x', 5_000);

        var message = Written("Orleans.Test", LogLevel.Warning, text).GetProperty("Message").GetString()!;

        Assert.DoesNotContain("at Orleans", message, StringComparison.Ordinal);
        Assert.StartsWith("Failed\nxxx", message, StringComparison.Ordinal);
        Assert.EndsWith("x… (5007 characters)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Flood_of_a_library_is_bounded_and_counted_and_ours_is_not()
    {
        for (var i = 0; i < 100; i++)
        {
            Log("Orleans.Messaging", LogLevel.Warning, "Dropping expired message");
            Log("Votes.Silo.Test", LogLevel.Warning, "Ours.");
        }

        Assert.Equal(110, _lines.Written.Count(static line => line.Length > 0));
        Log("Orleans.Other", LogLevel.Warning, "another category");
        Log("Orleans.Messaging", LogLevel.Critical, "never suppressed");
        Assert.Equal(112, _lines.Written.Count(static line => line.Length > 0));

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(
            "Orleans.Messaging wrote 90 more lines within 10 s, which are not shown.",
            JsonDocument.Parse(_lines.Written[^1]).RootElement.GetProperty("Message").GetString());
        for (var i = 0; i < 100; i++)
        {
            Log("Orleans.Messaging", LogLevel.Warning, "Dropping expired message");
        }

        Assert.Equal(123, _lines.Written.Count(static line => line.Length > 0));
    }

    public void Dispose()
    {
        _formatter?.Dispose();
        _services?.Dispose();
        _lines.Dispose();
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught) when (caught == exception)
        {
            return caught;
        }
    }

    private JsonElement Written(string category, LogLevel level, string text, Exception? exception = null, bool debug = false)
    {
        Log(category, level, text, exception, debug);
        return JsonDocument.Parse(_lines.Written[^1]).RootElement;
    }

    private void Log(string category, LogLevel level, string text, Exception? exception = null, bool debug = false)
    {
        if (_services is null || debug)
        {
            _formatter?.Dispose();
            var services = new ServiceCollection();
            services.AddLogging(logging => logging
                .AddJsonConsole()
                .ClearProviders()
                .AddProvider(_lines)
                .SetMinimumLevel(debug ? LogLevel.Debug : LogLevel.Information));
            _services = services.BuildServiceProvider();
            _formatter = new CalmConsoleFormatter(ConsoleFormatterNames.Json, _services, _time);
            _lines.Formatter = _formatter;
        }

        using var line = new StringWriter();
        _formatter!.Write(
            new LogEntry<string>(level, category, new EventId(1), text, exception, static (state, _) => state), null, line);
        _lines.Written.Add(line.ToString());
    }
}
