using Votes.LoadTest.Chaos.Invariants;
using Votes.LoadTest.Chaos.Reporting;
using Xunit;

namespace Votes.Tests.LoadTest.Chaos;

public sealed class ChaosReportTests
{
    [Fact]
    public void Passes_where_every_invariant_holds_and_every_fault_broke_something() =>
        Assert.True(Report([Fault(bit: true)], violations: 0).Passed);

    [Fact]
    public void Fails_where_an_invariant_is_broken() =>
        Assert.False(Report([Fault(bit: true)], violations: 1).Passed);

    [Fact]
    public void Fails_where_an_invariant_was_never_checked() =>
        Assert.False(Report([Fault(bit: true)], violations: 0, checks: 0).Passed);

    [Fact]
    public void Fails_where_a_fault_by_itself_met_nothing_to_break()
    {
        var report = Report([Fault(bit: false)], violations: 0);
        Assert.True(report.Episodes.Single().Missed);
        Assert.False(report.Passed);
    }

    [Fact]
    public void One_fault_of_a_pair_may_leave_the_other_nothing_to_break() =>
        Assert.True(Report([Fault(bit: true), Fault(bit: false)], violations: 0).Passed);

    private static FaultReport Fault(bool bit) => new("silo-pg-cut", "a link is cut", 10, "1 connection was reset", bit);

    private static ChaosReport Report(IReadOnlyList<FaultReport> faults, long violations, long checks = 1) => new()
    {
        Seed = 1,
        Seconds = 1,
        Rate = 1,
        Published = 1,
        Republished = 0,
        Counted = 1,
        Duplicates = 0,
        DeadLetters = 0,
        Episodes = [new(1, 0, faults, null, 1, 10, InTime: true)],
        Invariants =
        [
            new(Invariant.EveryVoteSettled, "every vote is settled", "", checks, violations, violations == 0 ? [] : ["one"]),
        ],
    };
}
