using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Board;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;
using Votes.Grains.Placement;
using Votes.Grains.Store;
using Votes.Tests.Grains.Store;

namespace Votes.Tests.Grains;

/// <summary>Orleans' in-process cluster with a clock that stands still and a store whose commits tests control.</summary>
internal sealed class TallyCluster : IAsyncDisposable
{
    private TallyCluster(InProcessTestCluster cluster, GatedTallyStore store, FakeTimeProvider time)
    {
        Cluster = cluster;
        Store = store;
        Time = time;
    }

    public InProcessTestCluster Cluster { get; }

    public GatedTallyStore Store { get; }

    public FakeTimeProvider Time { get; }

    public static Task<TallyCluster> StartAsync(
        short silos = 1,
        UnknownLawPolicy unknownLaw = UnknownLawPolicy.Accept,
        int maxPendingVotes = 200_000) =>
        StartAsync(new GatedTallyStore(), silos, unknownLaw, maxPendingVotes);

    public static async Task<TallyCluster> StartAsync(
        GatedTallyStore store,
        short silos = 1,
        UnknownLawPolicy unknownLaw = UnknownLawPolicy.Accept,
        int maxPendingVotes = 200_000)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<TimeProvider>(time);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            silo.Services.AddSingleton<ITallyStore>(store);
            silo.Services.AddSingleton(Options.Create(new FlushOptions
            {
                Lanes = 1,
                MaxPendingVotes = maxPendingVotes,
                EarlyInterval = TimeSpan.Zero,
                MinRetryDelay = TimeSpan.Zero,
                MaxRetryDelay = TimeSpan.Zero,
            }));
            silo.Services.AddSingleton(Options.Create(new LawTallyOptions { UnknownLaw = unknownLaw }));
            silo.Services.AddSingleton(_ => Metrics.NewCustomRegistry());
            silo.Services.AddSingleton<TallyMetrics>();
            silo.Services.AddSingleton<StoreState>();
            silo.Services.AddSingleton<SiloJoins>();
            silo.Services.AddSingleton<TallyWriter>();
            silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, FlushAtStop>();
            silo.Services.AddSingleton<LawBook>();
            silo.Services.AddSingleton<WentBackLog>();
            silo.Services.AddSingleton<TallyFeed>();
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new TallyCluster(cluster, store, time);
    }

    public ILawTallyGrain Law(string lawId) => Cluster.Client.GetGrain<ILawTallyGrain>(lawId);

    /// <summary>Sends votes and waits until the grain holds some of them for pending.</summary>
    public async Task<Task<VoteBatchOutcome>> SendAsync(string lawId, params CastVote[] votes)
    {
        var before = await PendingAsync(lawId);
        var call = Law(lawId).RecordAsync(VoteBatchWriter.Pack(votes));
        while (!call.IsCompleted && await PendingAsync(lawId) <= before)
        {
            await Task.Yield();
        }

        return call;
    }

    public async Task<long> PendingAsync(string lawId) =>
        (await Law(lawId).GetTallyAsync()).Choices.Sum(static choice => choice.Pending);

    /// <summary>Lets the flush interval pass.</summary>
    public void Tick() => Time.Advance(TimeSpan.FromSeconds(1));

    public async ValueTask DisposeAsync()
    {
        Store.Open();
        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
    }
}
