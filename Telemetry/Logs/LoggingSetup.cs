using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Votes.Telemetry.Logs;

/// <summary>Logs a person can read in Development, JSON lines elsewhere; calm in both while a server is away.</summary>
public static class LoggingSetup
{
    /// <summary>Sets the console's format.</summary>
    public static void AddVotesLogging(this IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        if (builder.Environment.IsDevelopment())
        {
            builder.Services.TryAddSingleton(TimeProvider.System);
            builder.Logging.AddConsole(static console => console.FormatterName = LineFormatter.Format)
                .AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        }
        else
        {
            // A line that is written inside of a trace carries the trace's and the span's id, among its scopes.
            builder.Logging.Configure(static logs =>
                logs.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
            builder.Logging.AddJsonConsole(static console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }

        // Behind those, each of which makes itself the console's formatter.
        var writes = builder.Environment.IsDevelopment() ? LineFormatter.Format : ConsoleFormatterNames.Json;
        builder.Services.AddSingleton<ConsoleFormatter>(
            services => new CalmConsoleFormatter(writes, services, TimeProvider.System));
        builder.Logging.AddConsole(static console => console.FormatterName = CalmConsoleFormatter.FormatterName);
    }
}
