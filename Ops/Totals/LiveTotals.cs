using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Votes.Grains.Interfaces;

namespace Votes.Ops.Totals;

/// <summary>A law's live totals, as an Orleans client gets them. docs/API.md shows this method as the sample of a client.</summary>
public static class LiveTotals
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);

    /// <summary>Connects to the cluster behind a database, and yields a law's totals: now, and whenever they change.</summary>
    public static async IAsyncEnumerable<LawTally> FollowAsync(
        string database, string cluster, string lawId, [EnumeratorCancellation] CancellationToken stop)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, cluster))
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database)));
        using var host = builder.Build();
        await host.StartAsync(stop);

        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var law = grains.GetGrain<ILawTallyGrain>(lawId);
        var watcher = new Watcher();
        var reference = grains.CreateObjectReference<ITallyWatcher>(watcher);
        LawTally? last = null;
        while (true)
        {
            // The grain tells of changes for a minute, and may move and forget: so it is asked again and again.
            watcher.Told.Writer.TryWrite(await law.WatchAsync(reference, stop));
            using var renew = CancellationTokenSource.CreateLinkedTokenSource(stop);
            renew.CancelAfter(Renewal);
            while (await watcher.WaitAsync(renew.Token, stop))
            {
                while (watcher.Told.Reader.TryRead(out var tally))
                {
                    // What is older than the last is no news; the time of reading alone is none either.
                    if (last is null || (tally.Version >= last.Version && !SaysTheSame(tally, last)))
                        yield return last = tally;
                }
            }
        }
    }

    private static bool SaysTheSame(LawTally one, LawTally other) =>
        (one.Version, one.Status, one.Final) == (other.Version, other.Status, other.Final)
        && one.Choices.SequenceEqual(other.Choices);

    private sealed class Watcher : ITallyWatcher
    {
        public Channel<LawTally> Told { get; } = Channel.CreateBounded<LawTally>(
            new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });

        public Task TallyChangedAsync(LawTally tally)
        {
            Told.Writer.TryWrite(tally);
            return Task.CompletedTask;
        }

        /// <summary>Waits for news; false when it is time to ask again.</summary>
        public async ValueTask<bool> WaitAsync(CancellationToken renew, CancellationToken stop)
        {
            try
            {
                return await Told.Reader.WaitToReadAsync(renew);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return false;
            }
        }
    }
}
