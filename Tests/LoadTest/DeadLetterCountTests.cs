using Votes.LoadTest.Verifying;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class DeadLetterCountTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(12)]
    public void As_many_as_were_sent_once_or_again_are_right(long grown) =>
        Assert.Null(DeadLetterCount.Problem(grown, malformed: 10, republished: 2));

    [Fact]
    public void Missing_ones_are_told() => Assert.Equal(
        "10 malformed messages were sent; the dead-letter queue grew by 9", DeadLetterCount.Problem(9, 10, 2));

    [Fact]
    public void Copies_are_told_with_the_option_that_allows_for_them() => Assert.Contains(
        "grew by 13; copies are no loss, and a broker or an Ingest that dies leaves some: verify with --inspect-dead-letters",
        DeadLetterCount.Problem(13, 10, 2),
        StringComparison.Ordinal);
}
