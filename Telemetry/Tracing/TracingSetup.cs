using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Votes.Telemetry.Statistics;

namespace Votes.Telemetry.Tracing;

/// <summary>Traces of votes, from the message to the SQL, to an OTLP collector.</summary>
public static class TracingSetup
{
    /// <summary>Vote batches on their way to grains.</summary>
    public const string IngestSource = "Votes.Ingest";

    /// <summary>Flushes.</summary>
    public const string GrainsSource = "Votes.Grains";

    private const string GrainCallsSource = "Microsoft.Orleans.Application";

    // One request carries all that may wait, so that the last one, at a stop, takes no longer than its limit.
    private const int MostWaiting = 2048;
    private const int RequestLimitMilliseconds = 1000;
    private const int ExportIntervalMilliseconds = 2000;

    /// <summary>Adds them where there is anywhere for them to go; otherwise nothing listens, and no span comes to be.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="kind">What the process is: <c>ingest</c> or <c>silo</c>.</param>
    /// <param name="options">The settings, valid.</param>
    public static void AddVoteTracing(this IServiceCollection services, string kind, TracingOptions options)
    {
        if (!options.IsOn)
        {
            return;
        }

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                $"votes-{kind}", serviceInstanceId: ProcessName.OfThis(kind, TimeProvider.System)))
            .WithTracing(tracing => tracing
                .SetSampler(new ParentBasedSampler(new VoteSampler(options.SampleRatio)))
                .AddSource(IngestSource, GrainsSource, GrainCallsSource)
                .AddNpgsql()
                .AddOtlpExporter(exporter => Configure(exporter, options)));
    }

    private static void Configure(OtlpExporterOptions exporter, TracingOptions options)
    {
        exporter.Endpoint = options.ToExportAddress();
        exporter.Protocol = options.Protocol == TracingProtocol.Grpc
            ? OtlpExportProtocol.Grpc
            : OtlpExportProtocol.HttpProtobuf;
        exporter.TimeoutMilliseconds = RequestLimitMilliseconds;
        exporter.BatchExportProcessorOptions = new BatchExportActivityProcessorOptions
        {
            MaxQueueSize = MostWaiting,
            MaxExportBatchSize = MostWaiting,
            ScheduledDelayMilliseconds = ExportIntervalMilliseconds,
            ExporterTimeoutMilliseconds = RequestLimitMilliseconds,
        };
    }
}
