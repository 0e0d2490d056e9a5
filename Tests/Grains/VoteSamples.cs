using CsCheck;
using Votes.Grains.Interfaces;

namespace Votes.Tests.Grains;

/// <summary>Votes for tests.</summary>
internal static class VoteSamples
{
    /// <summary>2026-01-01T00:00:00Z.</summary>
    public const long NewYear = 1_767_225_600_000_000;

    private static readonly string[] SomeChoices = ["yes", "no", "abstain", "è", "選択"];
    private static readonly Gen<string> Choice = Gen.Int[0, SomeChoices.Length - 1].Select(static i => SomeChoices[i]);

    /// <summary>Any vote that a batch can carry.</summary>
    public static readonly Gen<CastVote> Any = Gen.Select(
        Gen.Guid, Gen.Guid, Choice, Gen.Long[-62_135_596_800_000_000, 253_402_300_799_999_999])
        .Select(static x => new CastVote(x.Item1, x.Item2, x.Item3, x.Item4));

    /// <summary>A vote by the voter with this number; each call makes another vote id.</summary>
    public static CastVote By(int voter, string choice = "yes") => new(Guid.NewGuid(), Voter(voter), choice, NewYear);

    /// <summary>The key of the voter with this number.</summary>
    public static Guid Voter(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>Votes by the voters 0 to count - 1.</summary>
    public static CastVote[] Of(int count, string choice = "yes") =>
        [.. Enumerable.Range(0, count).Select(voter => By(voter, choice))];
}
