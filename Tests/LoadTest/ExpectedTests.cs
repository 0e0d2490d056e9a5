using Votes.LoadTest.Verifying;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class ExpectedTests
{
    private readonly Expected _expected = new(Counted: 10, Duplicates: 2, DeadLetters: 1, Redelivered: 3);

    [Fact]
    public void It_is_reached_when_all_figures_are_and_the_queue_is_empty()
    {
        Assert.True(_expected.IsReachedBy(new(10, 2, 1, Ready: 0)));
        Assert.True(_expected.IsReachedBy(new(11, 2, 1, Ready: 0)));
        Assert.False(_expected.IsReachedBy(new(9, 2, 1, Ready: 0)));
        Assert.False(_expected.IsReachedBy(new(10, 1, 1, Ready: 0)));
        Assert.False(_expected.IsReachedBy(new(10, 2, 0, Ready: 0)));
        Assert.False(_expected.IsReachedBy(new(10, 2, 1, Ready: 1)));
    }

    [Fact]
    public void What_is_missing_is_told()
    {
        Assert.Equal("", _expected.Missing(new(10, 2, 1, Ready: 0)));
        Assert.Equal(
            "9 to be counted, 2 duplicates, 1 dead letters, 5 in the queue", _expected.Missing(new(1, 0, 0, Ready: 5)));
    }
}
