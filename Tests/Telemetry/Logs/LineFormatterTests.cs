using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Votes.Telemetry.Logs;
using Xunit;

namespace Votes.Tests.Telemetry.Logs;

public sealed class LineFormatterTests
{
    [Fact]
    public void An_event_is_one_line_and_shows_each_character_where_it_stands()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 30, 5, 250, TimeSpan.Zero));
        time.SetLocalTimeZone(TimeZoneInfo.Utc);
        using var output = new StringWriter();
        var entry = new LogEntry<string>(
            LogLevel.Warning,
            "Votes.Some",
            new EventId(7),
            "law \u202e100-6202-wal\u200b\u001b[2J\r\nfake",
            new InvalidOperationException("a\nb"),
            static (state, _) => state);

        new LineFormatter(time).Write(entry, null, output);

        Assert.Equal(
            "12:30:05.250 warn: Votes.Some[7] law <U+202E>100-6202-wal<U+200B><U+001B>[2J  fake "
            + "System.InvalidOperationException: a b\n",
            output.ToString());
    }
}
