using CsCheck;
using Votes.LoadTest.Chaos.Schedule;
using Xunit;

namespace Votes.Tests.LoadTest.Chaos;

public sealed class ChaosScheduleTests
{
    private static readonly FaultKind[] AllKinds = Enum.GetValues<FaultKind>();

    [Fact]
    public void Every_kind_has_its_traits() =>
        Assert.Equal(AllKinds, FaultCatalog.All.Select(traits => traits.Kind).Order());

    [Fact]
    public void Names_are_told_apart_and_read_back() => Assert.Equal(
        FaultCatalog.All.Select(traits => traits.Kind),
        FaultCatalog.Parse(string.Join(" , ", FaultCatalog.All.Select(traits => traits.Name).Distinct())));

    [Fact]
    public void An_unknown_name_is_told_with_those_that_are_known()
    {
        var failure = Assert.Throws<FormatException>(() => FaultCatalog.Parse("silo-kill,meteor"));

        Assert.Contains("'meteor'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("pg-commit-cut", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_schedule() => Gen.Long.Sample(seed =>
        Assert.Equal(
            Lines(ChaosSchedule.Create(seed, AllKinds, 6)), Lines(ChaosSchedule.Create(seed, AllKinds, 6))));

    [Fact]
    public void Another_seed_gives_another_schedule() => Assert.NotEqual(
        Lines(ChaosSchedule.Create(1, AllKinds, 6)), Lines(ChaosSchedule.Create(2, AllKinds, 6)));

    [Fact]
    public void Without_a_length_each_kind_comes_once_by_itself_and_then_the_pairs() => Gen.Long.Sample(seed =>
    {
        var schedule = ChaosSchedule.Create(seed, AllKinds, 6);

        Assert.Equal(AllKinds.Length + 6, schedule.Count);
        Assert.Equal(
            AllKinds, schedule.Take(AllKinds.Length).Select(episode => Assert.Single(episode.Faults).Kind).Order());
        Assert.All(schedule.Skip(AllKinds.Length), episode => Assert.Equal(2, episode.Faults.Count));
        Assert.Equal(Enumerable.Range(1, schedule.Count), schedule.Select(episode => episode.Number));
    });

    [Fact]
    public void Holds_keep_their_kinds_limits() => Gen.Long.Sample(seed => Assert.All(
        ChaosSchedule.Create(seed, AllKinds, 20).SelectMany(episode => episode.Faults),
        fault => Assert.InRange(
            fault.Hold, FaultCatalog.Of(fault.Kind).ShortestHold, FaultCatalog.Of(fault.Kind).LongestHold)));

    [Fact]
    public void Pairs_break_different_things() => Gen.Long.Sample(seed => Assert.All(
        ChaosSchedule.Create(seed, AllKinds, 50).Where(episode => episode.Faults.Count == 2),
        episode =>
        {
            var traits = episode.Faults.Select(fault => FaultCatalog.Of(fault.Kind)).ToList();
            Assert.All(traits, one => Assert.True(one.InPairs));
            Assert.NotEqual(traits[0].Group, traits[1].Group);
        }));

    [Fact]
    public void A_length_is_filled_and_not_passed() =>
        Gen.Select(Gen.Long, Gen.Int[60, 2_000]).Sample((seed, seconds) =>
        {
            var length = TimeSpan.FromSeconds(seconds);
            var schedule = ChaosSchedule.Create(seed, [FaultKind.SiloKill, FaultKind.PostgresKill], 1, length);

            Assert.True(ChaosSchedule.LengthOf(schedule) <= length);
            Assert.True(length - ChaosSchedule.LengthOf(schedule) < TimeSpan.FromSeconds(25) + ChaosSchedule.Around);
        });

    [Fact]
    public void A_longer_schedule_begins_like_a_shorter_one() => Gen.Long.Sample(seed =>
    {
        var shorter = Lines(ChaosSchedule.Create(seed, AllKinds, 6, TimeSpan.FromSeconds(300)));
        var longer = Lines(ChaosSchedule.Create(seed, AllKinds, 6, TimeSpan.FromSeconds(3_000)));

        Assert.True(longer.Count > shorter.Count);
        Assert.Equal(shorter, longer.Take(shorter.Count));
    });

    [Fact]
    public void However_short_the_length_there_is_one_episode() =>
        Assert.Single(ChaosSchedule.Create(1, AllKinds, 6, TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_single_kind_has_no_pairs() =>
        Assert.Single(ChaosSchedule.Create(1, [FaultKind.SiloKill], 6));

    private static List<string> Lines(IEnumerable<Episode> schedule) =>
        [.. schedule.Select(episode => $"{episode.Number}: {string.Join("; ", episode.Faults)}")];
}
