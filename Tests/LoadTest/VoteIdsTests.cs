using CsCheck;
using Votes.LoadTest;
using Votes.LoadTest.Planning;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class VoteIdsTests
{
    private static readonly Gen<RunId> AnyRun = Gen.Long[0, (1L << 48) - 1].Select(value => new RunId(value));

    [Fact]
    public void An_id_leads_back_to_its_message() =>
        Gen.Select(AnyRun, Gen.Long[0, LoadPlan.MostVotes]).Sample((run, index) =>
        {
            var id = VoteIds.Create(run, index);
            Assert.True(VoteIds.TryRead(id, run, out var read));
            Assert.Equal(index, read);
            Assert.Equal(8, id.Version);
            Assert.InRange(id.Variant, 0x8, 0xB);
        });

    [Fact]
    public void An_id_of_another_run_is_not_read() =>
        Gen.Select(AnyRun, AnyRun).Where((one, other) => one != other).Sample((one, other) =>
            Assert.False(VoteIds.TryRead(VoteIds.Create(one, 1), other, out _)));

    [Fact]
    public void Ids_that_only_look_like_a_runs_are_not_read()
    {
        var (lowest, highest) = VoteIds.RangeOf(LoadPlans.Run);

        Assert.False(VoteIds.TryRead(lowest, LoadPlans.Run, out _));
        Assert.False(VoteIds.TryRead(highest, LoadPlans.Run, out _));
    }

    [Fact]
    public void An_id_begins_with_its_run()
    {
        Assert.Equal("01234567-89ab-8000-8000-00000000002a", VoteIds.Create(LoadPlans.Run, 42).ToString());
        var (lowest, highest) = VoteIds.RangeOf(LoadPlans.Run);
        Assert.Equal("01234567-89ab-0000-0000-000000000000", lowest.ToString());
        Assert.Equal("01234567-89ab-ffff-ffff-ffffffffffff", highest.ToString());
    }
}
