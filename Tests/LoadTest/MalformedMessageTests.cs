using System.Text;
using System.Text.Unicode;
using Votes.LoadTest.Planning;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class MalformedMessageTests
{
    private static readonly Guid VoteId = VoteIds.Create(LoadPlans.Run, 1);

    public static TheoryData<MalformedKind> AllKinds => [.. MalformedMessage.Kinds];

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Every_kind_has_a_body_and_a_reason(MalformedKind kind)
    {
        Assert.NotEmpty(MalformedMessage.RejectionOf(kind).Reason);
        Assert.Equal(kind == MalformedKind.Empty, Body(kind).Length == 0);
        Assert.Equal(kind == MalformedKind.TooLarge, Body(kind).Length > 16 * 1024);
        Assert.Equal(kind != MalformedKind.NotUtf8, Utf8.IsValid(Body(kind)));
    }

    [Fact]
    public void No_two_kinds_have_the_same_body() =>
        Assert.Equal(
            MalformedMessage.Kinds.Count,
            MalformedMessage.Kinds.Select(kind => Convert.ToHexString(Body(kind))).Distinct().Count());

    [Fact]
    public void A_body_that_is_too_large_has_17_KiB_whatever_its_law()
    {
        Assert.Equal(17 * 1024, MalformedMessage.Body(MalformedKind.TooLarge, VoteId, "law \"ü\"", "voter").Length);
        Assert.Equal(17 * 1024, Body(MalformedKind.TooLarge).Length);
    }

    [Fact]
    public void A_body_breaks_the_rule_it_is_called_after()
    {
        Assert.Contains("\u0001", Text(MalformedKind.RawControlCharacter), StringComparison.Ordinal);
        Assert.Contains("\\u0000", Text(MalformedKind.ControlCharacterInLawId), StringComparison.Ordinal);
        Assert.Equal(3, Text(MalformedKind.DuplicateKey).Split("\"choice\"").Length);
        Assert.DoesNotContain("voter_id", Text(MalformedKind.MissingVoterId), StringComparison.Ordinal);
        Assert.Contains("1e999", Text(MalformedKind.NumberOutOfRange), StringComparison.Ordinal);
    }

    private static byte[] Body(MalformedKind kind) => MalformedMessage.Body(kind, VoteId, "law-000001", "voter-m1");

    private static string Text(MalformedKind kind) => Encoding.UTF8.GetString(Body(kind));
}
