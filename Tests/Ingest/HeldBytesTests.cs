using RabbitMQ.Client;
using Votes.Ingest.Lanes;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class HeldBytesTests
{
    private readonly HeldBytes _bytes = new(limit: 1_000, usualPrefetch: 100);

    [Fact]
    public void What_is_held_is_bounded_and_the_next_channel_takes_fewer_messages()
    {
        Assert.True(_bytes.TryHold(400));
        Assert.True(_bytes.TryHold(600));
        Assert.Equal(100, _bytes.Prefetch);

        Assert.False(_bytes.TryHold(1));
        Assert.Equal(1_000, _bytes.Held);
        Assert.Equal(1, _bytes.Prefetch);
    }

    [Fact]
    public void Message_beyond_the_limit_is_taken_alone()
    {
        Assert.True(_bytes.TryHold(5_000));
        Assert.False(_bytes.TryHold(1));

        _bytes.LetGo(5_000);
        Assert.True(_bytes.TryHold(1));
    }

    [Fact]
    public void Prefetch_is_at_least_halved_and_at_least_one()
    {
        _bytes.TryHold(995);
        for (var prefetch = 50; prefetch > 0; prefetch /= 2)
        {
            Assert.False(_bytes.TryHold(6));
            Assert.True(_bytes.Prefetch <= prefetch);
        }

        Assert.Equal(1, _bytes.Prefetch);
        Assert.False(_bytes.TryHold(6));
        Assert.Equal(1, _bytes.Prefetch);
    }

    [Fact]
    public void Channel_on_which_nothing_comes_is_followed_by_one_that_takes_far_fewer()
    {
        var prefetches = new List<int>();
        for (var tries = 0; tries < 4; tries++)
        {
            _bytes.TakeFewer();
            prefetches.Add(_bytes.Prefetch);
        }

        Assert.Equal([10, 1, 1, 1], prefetches);
        Assert.False(_bytes.TryRestore());
        _bytes.TryHold(1);
        Assert.True(_bytes.TryRestore());
        Assert.Equal(100, _bytes.Prefetch);
    }

    [Fact]
    public void Prefetch_is_restored_when_messages_are_small_again()
    {
        _bytes.TryHold(600);
        Assert.False(_bytes.TryHold(600));
        Assert.False(_bytes.TryRestore());

        Assert.Equal(1, _bytes.Prefetch);
        _bytes.LetGo(600);
        _bytes.TryHold(11);
        Assert.False(_bytes.TryRestore());
        _bytes.TryHold(10);
        Assert.True(_bytes.TryRestore());
        Assert.Equal(100, _bytes.Prefetch);
        Assert.False(_bytes.TryRestore());
    }

    [Fact]
    public void Headers_are_weighed_and_a_message_without_any_weighs_nothing()
    {
        Assert.Equal(0, HeldBytes.Weigh(new BasicProperties()));
        var heavy = new BasicProperties
        {
            Headers = new Dictionary<string, object?>
            {
                ["a"] = new byte[1_000],
                ["b"] = new List<object?> { new byte[1_000] },
                ["c"] = new Dictionary<string, object?> { ["d"] = new byte[1_000] },
            },
        };
        Assert.InRange(HeldBytes.Weigh(heavy), 3_000, 4_000);
    }
}
