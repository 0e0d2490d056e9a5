using CsCheck;
using Votes.LoadTest.Publishing;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class ConfirmWindowTests
{
    [Fact]
    public void A_window_has_room_up_to_its_capacity()
    {
        var window = Filled(capacity: 3, messages: 2);
        Assert.True(window.HasRoom);

        window.Add(Message(2));

        Assert.False(window.HasRoom);
        Assert.Throws<InvalidOperationException>(() => window.Add(Message(3)));
    }

    [Fact]
    public void A_confirm_of_many_settles_all_up_to_it()
    {
        var window = Filled(capacity: 5, messages: 5);

        Assert.Equal(1, window.Confirm(2, multiple: false));
        Assert.Equal(3, window.Confirm(4, multiple: true));

        Assert.Equal([Message(4)], window.CloseAndTake());
    }

    [Fact]
    public void A_gap_keeps_the_window_from_growing()
    {
        var window = Filled(capacity: 2, messages: 2);

        window.Confirm(2, multiple: false);
        Assert.False(window.HasRoom);

        window.Confirm(1, multiple: false);
        Assert.True(window.HasRoom);
        Assert.True(window.IsSettled());
    }

    [Fact]
    public void A_confirm_counts_once()
    {
        var window = Filled(capacity: 3, messages: 3);

        Assert.Equal(1, window.Confirm(1, multiple: false));
        Assert.Equal(0, window.Confirm(1, multiple: false));
        Assert.Equal(0, window.Confirm(1, multiple: true));
        Assert.Equal(0, window.Confirm(9, multiple: false));
        Assert.Equal(2, window.Confirm(9, multiple: true));
    }

    [Fact]
    public void Refused_messages_wait_to_be_sent_again()
    {
        var window = Filled(capacity: 3, messages: 3);

        Assert.Equal(2, window.Refuse(2, multiple: true));
        Assert.Equal(1, window.Confirm(3, multiple: false));

        Assert.False(window.IsSettled());
        Assert.True(window.TryTakeRefused(out var refused));
        Assert.Equal(Message(0), refused);
        Assert.Equal([Message(1)], window.CloseAndTake());
    }

    [Fact]
    public void Confirms_after_the_end_count_no_more()
    {
        var window = Filled(capacity: 3, messages: 3);

        Assert.Equal(3, window.CloseAndTake().Count);

        Assert.Equal(0, window.Confirm(3, multiple: true));
    }

    [Fact]
    public void A_waiter_goes_on_when_enough_is_settled()
    {
        var window = Filled(capacity: 4, messages: 4);
        var room = window.WhenAtMostAsync(2);

        window.Confirm(1, multiple: false);
        Assert.False(room.IsCompleted);

        window.Confirm(2, multiple: false);
        Assert.True(window.WhenAtMostAsync(2).IsCompletedSuccessfully);
    }

    [Fact]
    public void Every_message_is_confirmed_or_taken_once() =>
        Gen.Select(Gen.Int[1, 50], Gen.Select(Gen.ULong[1, 60], Gen.Bool, Gen.Bool).Array[0, 40]).Sample(
            (messages, settlements) =>
            {
                var window = Filled(messages, messages);
                var confirmed = 0;
                foreach (var (number, multiple, refused) in settlements)
                {
                    if (refused)
                        window.Refuse(number, multiple);
                    else
                        confirmed += window.Confirm(number, multiple);
                }

                var taken = window.CloseAndTake();
                Assert.Equal(messages, confirmed + taken.Count);
                Assert.Equal(taken.Count, taken.Distinct().Count());
            });

    private static ConfirmWindow Filled(int capacity, int messages)
    {
        var window = new ConfirmWindow(capacity, firstSequenceNumber: 1);
        for (var index = 0; index < messages; index++)
            window.Add(Message(index));
        return window;
    }

    private static Unconfirmed Message(int index) => new(index, DateTimeOffset.UnixEpoch);
}
