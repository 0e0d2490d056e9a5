using Votes.Telemetry.Tracing;

namespace Votes.Silo.Hosting;

/// <summary>A silo's traces.</summary>
public static class TracingHost
{
    /// <summary>Adds them.</summary>
    public static void AddSiloTracing(this WebApplicationBuilder builder)
    {
        builder.Services.AddChecked<TracingOptions>(TracingOptions.Section);
        var options = TracingOptions.Read(builder.Configuration);
        try
        {
            options.Validate();
        }
        catch (InvalidOperationException)
        {
            // The check at the start says so, and nothing starts.
            return;
        }

        builder.Services.AddVoteTracing("silo", options);
    }
}
