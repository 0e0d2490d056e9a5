using Votes.LoadTest;
using Votes.LoadTest.Chaos.Faults;
using Votes.LoadTest.Chaos.Schedule;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.LoadTest.Chaos.Faults;

/// <summary>
/// Each fault is injected under load, held until it has been seen to bite, and healed; after that the load's votes are
/// all counted, once. The drill itself has the other kinds.
/// </summary>
[NeedsServers]
public sealed class FaultTests(DrillFixture fixture) : IClassFixture<DrillFixture>
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DrillCluster Drill => fixture.Drill;

    [Fact]
    public Task Backends_are_terminated() =>
        BitesAndHealsAsync(FaultKind.PostgresTerminate, PostgresLog("terminating connection due to administrator"));

    [Fact]
    public Task Writes_fail_as_on_a_full_disk() =>
        BitesAndHealsAsync(FaultKind.PostgresDiskFull, PostgresLog("No space left on device (chaos drill)"));

    [Fact]
    public Task Statements_run_into_a_timeout() => BitesAndHealsAsync(
        FaultKind.PostgresStatementTimeout, PostgresLog("canceling statement due to statement timeout"));

    [Fact]
    public Task Answers_to_commits_are_cut_off()
    {
        var proxies = Drill.Cluster.Silos.Select(silo => Drill.Links.Of(silo).Postgres).ToList();
        var before = proxies.Sum(proxy => proxy.Counts.CommitsCut);
        return BitesAndHealsAsync(
            FaultKind.PostgresCommitCut,
            () => Task.FromResult(proxies.Sum(proxy => proxy.Counts.CommitsCut) > before));
    }

    [Fact]
    public Task Connections_to_the_broker_are_cut()
    {
        var proxy = Drill.Links.Of(Drill.Cluster.Ingests[0]).RabbitMq!;
        var before = proxy.Counts.Resets;
        return BitesAndHealsAsync(
            FaultKind.IngestRabbitCut, () => Task.FromResult(proxy.Counts.Resets > before), lettersRepeat: true);
    }

    [Fact]
    public Task Connections_to_the_broker_are_closed() => BitesAndHealsAsync(
        FaultKind.RabbitClose, RabbitMqLog("chaos drill closes all connections"), lettersRepeat: true);

    [Fact]
    public async Task Messages_with_headers_that_the_client_library_does_not_survive_are_set_aside()
    {
        var ingest = Drill.Cluster.Ingests[0].Process;

        // The run may be verified before the fault has taken its own dead letters out again.
        await BitesAndHealsAsync(FaultKind.RabbitNestedHeaders, static () => Task.FromResult(true), lettersRepeat: true);

        Assert.Equal(ingest, Drill.Cluster.Ingests[0].Process);
        Assert.True(await Drill.Cluster.Ingests[0].IsReadyAsync(Stop));
    }

    [Fact]
    public async Task A_silo_that_two_faults_have_hit_is_started_again_once()
    {
        var silo = Drill.Cluster.Silos[^1];
        var membership = new SiloMembership(Drill);
        await silo.KillAsync(Stop);

        var settled = await Task.WhenAll(membership.SettleAsync(silo, Stop), membership.SettleAsync(silo, Stop));

        Assert.Single(settled, static one => one.Restarted);
        Assert.All(settled, static one => Assert.Null(one.Problem));
        Assert.True(await silo.IsReadyAsync(Stop));
    }

    [Fact]
    public async Task Every_kind_can_be_made_and_says_what_it_breaks()
    {
        var said = Enum.GetValues<FaultKind>().Select(kind => New(kind).Describe()).ToList();

        Assert.All(said, Assert.NotEmpty);
        Assert.Equal(said.Count, said.Distinct(StringComparer.Ordinal).Count());
        await Drill.Links.PassAsync(Stop);
    }

    [Fact]
    public async Task Second_drill_in_the_same_folder_is_refused() =>
        await Assert.ThrowsAsync<ClusterException>(() => DrillCluster.StartAsync(
            new DrillOptions { Folder = Drill.Folder }, static _ => { }, Stop));

    // A poison message whose channel is lost between its dead letter and its ack comes again, and so does its letter: how
    // often is for chance to say. Votes are exact all the same.
    private async Task BitesAndHealsAsync(FaultKind kind, Func<Task<bool>> hasBitten, bool lettersRepeat = false)
    {
        var plan = new LoadPlan
        {
            Votes = 3_000,
            Laws = 20,
            Duplicates = 0.05,
            Redeliveries = 0.03,
            Malformed = 0.01,
            Seed = (int)kind,
        };
        var settings = new LoadSettings { RatePerSecond = 1_000 };
        var fault = New(kind);
        var run = LoadRun.RunAsync(plan, Drill.Endpoints, settings, new Progress<LoadProgress>(), Stop);
        await fault.InjectAsync(Stop);
        while (!await hasBitten())
        {
            Assert.False(run.IsCompleted, "the load ended before the fault bit");
            await Task.Delay(PollInterval, TimeProvider.System, Stop);
        }

        await fault.HealAsync(Stop);
        var report = await run;

        Assert.DoesNotContain(
            report.Differences, difference => !lettersRepeat || difference.Kind != DifferenceKind.DeadLetters);
        Assert.True(report.Exact || lettersRepeat);
        Assert.Equal(3_000, report.Published);
        Assert.NotNull(fault.Evidence);
        Assert.DoesNotMatch("\\b0 ", fault.Evidence);
        Assert.Empty(fault.Problems);
        Assert.True(Drill.Cluster.IsRunning);
    }

    private Fault New(FaultKind kind) =>
        FaultFactory.Create(new PlannedFault(kind, 0, TimeSpan.FromSeconds(1)), Drill, seed: 1);

    private Func<Task<bool>> PostgresLog(string line) => Log(Drill.Cluster.Postgres.LogFile, line);

    private Func<Task<bool>> RabbitMqLog(string line) => Log(Drill.Cluster.RabbitMq.LogFile, line);

    private static Func<Task<bool>> Log(string file, string line)
    {
        var mark = new LogMark(file);
        return async () => await mark.CountAsync(line, Stop) > 0;
    }
}
