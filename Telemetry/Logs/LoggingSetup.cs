using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Votes.Telemetry.Logs;

/// <summary>Logs a person can read in Development, JSON lines elsewhere.</summary>
public static class LoggingSetup
{
    /// <summary>Sets the console's format.</summary>
    public static void AddVotesLogging(this IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        if (builder.Environment.IsDevelopment())
        {
            builder.Logging.AddSimpleConsole(static console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
            });
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
    }
}
