using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Votes.Telemetry.Logs;
using Xunit;

namespace Votes.Tests.Telemetry;

public sealed class LoggedTraceTests
{
    [Fact]
    public void Line_that_is_logged_inside_of_a_trace_carries_its_ids_as_json()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Production" });
        builder.AddVotesLogging();
        builder.Logging.AddFilter<ConsoleLoggerProvider>(null, LogLevel.None);
        using var lines = new JsonLines();
        builder.Services.AddSingleton<ILoggerProvider>(lines);
        using var host = builder.Build();
        lines.Formatter = host.Services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == "json");
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Votes.Test");

        using var span = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        log.Log(LogLevel.Warning, new EventId(1), "held", null, static (text, _) => text);
        span.Stop();
        log.Log(LogLevel.Warning, new EventId(1), "outside", null, static (text, _) => text);

        var scope = JsonDocument.Parse(lines.Written[0]).RootElement.GetProperty("Scopes")[0];
        Assert.Equal(span.TraceId.ToString(), scope.GetProperty("TraceId").GetString());
        Assert.Equal(span.SpanId.ToString(), scope.GetProperty("SpanId").GetString());
        Assert.DoesNotContain("TraceId", lines.Written[1], StringComparison.Ordinal);
    }
}
