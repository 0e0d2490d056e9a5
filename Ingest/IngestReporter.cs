using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Hosting;
using Votes.Grains.Interfaces;
using Votes.Ingest.Configuration;

namespace Votes.Ingest;

/// <summary>
/// Reports to the cluster what this process does, for operators to see and for laws that close once their votes
/// are counted. A report that does not arrive is not sent again, for the next one says more; such a law waits meanwhile.
/// </summary>
public sealed class IngestReporter(
    IClusterClient client, IngestMetrics metrics, IngestState state, RabbitMqOptions rabbitMq, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly string _name = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");

    private readonly string _version = typeof(IngestReporter).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private readonly long _start = time.GetTimestamp();

    /// <summary>The report of this moment.</summary>
    public IngestReport Report(bool isStopping)
    {
        var work = metrics.SinceStart;
        var now = metrics.Now;
        return new IngestReport(
            _name,
            _version,
            time.GetElapsedTime(_start),
            rabbitMq.Lanes,
            now.LanesConsuming,
            now.Unacked,
            now.CallsInFlight,
            state.AreCallsFailing,
            now.DeadLettersHeld,
            work.Received,
            work.Counted + work.Redelivered + work.Duplicates + work.Rejected,
            isStopping,
            state.Oldest,
            metrics.LaneReconnects);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (state.HasCluster)
            {
                await SendAsync(isStopping: false);
            }

            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (state.HasCluster)
        {
            await SendAsync(isStopping: true);
        }
    }

    private async Task SendAsync(bool isStopping)
    {
        try
        {
            await client.GetGrain<IIngestRegistryGrain>(IIngestRegistryGrain.Key)
                .ReportAsync(Report(isStopping)).WaitAsync(Limit, time);
        }
#pragma warning disable CA1031 // No vote depends on it, and what fails here fails for the calls that carry votes as well: those are logged.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The next report is due in two seconds. Silos of an older version do not know the grain.
        }
    }
}
