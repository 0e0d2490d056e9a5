using Votes.LoadTest.Chaos;
using Votes.LoadTest.Chaos.Invariants;
using Votes.LoadTest.Chaos.Reporting;
using Votes.LoadTest.Chaos.Schedule;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

/// <summary>
/// Short chaos drills: a healthy cluster comes through, and silos with a deliberate fault do not. Nothing here judges how
/// fast the machine is: votes only have to flow again at all.
/// </summary>
[NeedsServers]
public sealed class ChaosDrillTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_invariant_holds_while_processes_database_broker_and_network_fail()
    {
        var report = await DrillAsync(
            "drill",
            new ChaosOptions
            {
                Kinds =
                [
                    FaultKind.SiloKill, FaultKind.IngestKill, FaultKind.PostgresKill, FaultKind.PostgresCommitCut,
                    FaultKind.RabbitClose, FaultKind.IngestSiloReset,
                ],
                Pairs = 1,
                Seed = 20261123,
                LongestHold = TimeSpan.FromSeconds(4),
            });

        Assert.All(report.Invariants, invariant => Assert.True(invariant.Holds, Describe(report)));
        Assert.Equal(7, report.Episodes.Count);
        Assert.All(report.Episodes, episode => Assert.False(episode.Missed, Describe(report)));
        Assert.True(report.Passed);
    }

    [Fact]
    public async Task Acks_before_the_commit_lose_votes_and_the_drill_says_so() =>
        await SabotageAsync("ack-before-commit", FaultKind.SiloKill, Invariant.EveryVoteSettled);

    [Fact]
    public async Task Totals_moved_without_the_unique_key_differ_from_the_audit_and_the_drill_says_so() =>
        await SabotageAsync("no-unique-key", FaultKind.IngestStop, Invariant.TotalsMatchAudit);

    [Fact]
    public async Task A_batch_dropped_on_a_flush_error_is_missed_and_the_drill_says_so() =>
        await SabotageAsync("drop-on-error", FaultKind.PostgresTerminate, Invariant.EveryVoteSettled);

    private static async Task SabotageAsync(string sabotage, FaultKind fault, Invariant broken)
    {
        var report = await DrillAsync(
            sabotage,
            new ChaosOptions
            {
                Kinds = [fault],
                Silos = 2,
                Ingests = 1,
                Seed = 7,
                LongestHold = TimeSpan.FromSeconds(3),
                StallLimit = TimeSpan.FromSeconds(8),
                SiloProgram = Repository.Program("Tests.Sabotage"),
                SiloVariables = new Dictionary<string, string?> { ["SABOTAGE"] = sabotage },
            });

        Assert.False(report.Passed);
        var result = report.Invariants.Single(invariant => invariant.Invariant == broken);
        Assert.False(result.Holds, Describe(report));
        Assert.NotEqual(0, result.Violations);
        Assert.NotEmpty(result.Details);
    }

    private static async Task<ChaosReport> DrillAsync(string name, ChaosOptions options)
    {
        var folder = LocalFolder.ForTests("chaos-" + name);
        var report = await ChaosDrill.RunAsync(
            options with
            {
                Rate = 500,
                Laws = 40,
                Bounds = false,
                RecoveryLimit = TimeSpan.FromMinutes(2),
                Folder = folder.Root,
                SiloVariables = new Dictionary<string, string?>(options.SiloVariables)
                {
                    ["SABOTAGE_PASSWORD_FILE"] = Path.Combine(folder.Root, "secrets", "votes_service"),
                },
            },
            new TestAudience(), Stop);
        folder.Delete();
        return report;
    }

    private static string Describe(ChaosReport report) => string.Join('\n', report.Invariants.Where(one => !one.Holds)
        .SelectMany(one => one.Details.Prepend($"{one.Number} {one.Statement} ({one.Checks} checks)")));

    private sealed class TestAudience : IDrillAudience
    {
        public void Tell(TimeSpan at, string what) =>
            TestContext.Current.TestOutputHelper?.WriteLine($"{at:mm\\:ss} {what}");

        public void Show(DrillStatus status)
        {
        }
    }
}
