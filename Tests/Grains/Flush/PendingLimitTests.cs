using Votes.Grains.Flush;
using Xunit;

namespace Votes.Tests.Grains.Flush;

public sealed class PendingLimitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void Votes_are_let_in_up_to_the_limit(int votes, bool enters)
    {
        var limit = new PendingLimit(10);
        Assert.True(limit.TryEnter(1));
        limit.Leave(1);
        Assert.True(limit.TryEnter(5));

        Assert.Equal(enters, limit.TryEnter(votes - 5));
    }

    [Fact]
    public void A_call_larger_than_the_limit_is_let_in_alone()
    {
        var limit = new PendingLimit(10);

        Assert.True(limit.TryEnter(11));
        Assert.False(limit.TryEnter(1));
    }

    [Fact]
    public async Task Callers_wait_in_their_order()
    {
        var limit = new PendingLimit(10);
        limit.TryEnter(10);
        var large = limit.EnterAsync(8, Stop).AsTask();
        var small = limit.EnterAsync(3, Stop).AsTask();

        limit.Leave(4);
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);
        Assert.False(limit.TryEnter(1));

        limit.Leave(6);
        await large;
        Assert.False(small.IsCompleted);

        limit.Leave(8);
        await small;
        Assert.Equal(3, limit.Votes);
    }

    [Fact]
    public async Task A_wait_that_was_cancelled_takes_no_room()
    {
        var limit = new PendingLimit(10);
        limit.TryEnter(10);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var waiting = limit.EnterAsync(5, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        limit.Leave(10);

        Assert.Equal(0, limit.Votes);
        Assert.True(limit.TryEnter(10));
    }
}
