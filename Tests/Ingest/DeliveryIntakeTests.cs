using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;
using Votes.Ingest.Lanes;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class DeliveryIntakeTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<DeliveryBatch> _closed = [];
    private readonly List<DeliveryBatch> _settled = [];
    private readonly Generation _generation;
    private readonly DeliveryIntake _intake;
    private ulong _tag;

    public DeliveryIntakeTests()
    {
        _generation = new Generation(prefetch: 10, _settled.Add);
        _intake = new DeliveryIntake(
            _generation, Message.Parser(), 3, TimeSpan.FromMilliseconds(10), _closed.Add, _time);
    }

    public void Dispose() => _intake.Dispose();

    [Fact]
    public void Batch_is_handed_on_when_it_is_full()
    {
        Deliver(2);
        Assert.Empty(_closed);
        Deliver(1);
        Assert.Equal([3], _closed.Select(batch => batch.Count));
        Deliver(4);
        Assert.Equal([3, 3], _closed.Select(batch => batch.Count));
        Assert.Equal([3UL, 6UL], _closed.Select(batch => batch.LastTag));
    }

    [Fact]
    public void Batch_is_handed_on_when_its_wait_ends()
    {
        Deliver(1);
        _time.Advance(TimeSpan.FromMilliseconds(9));
        Deliver(1);
        Assert.Empty(_closed);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([2], _closed.Select(batch => batch.Count));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(_closed);
    }

    [Fact]
    public void Batch_whose_wait_ended_is_handed_on_before_the_next_one_that_is_full()
    {
        using var isInHand = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var handedOn = new ConcurrentQueue<int>();
        using var intake = new DeliveryIntake(_generation, Message.Parser(), 3, TimeSpan.FromSeconds(1), HandOn, _time);
        intake.Add(1, new BasicProperties(), Message.Bytes());
        var timer = new Thread(intake.CloseOpen);
        timer.Start();
        isInHand.Wait(TestContext.Current.CancellationToken);

        var consumer = new Thread(() => Array.ForEach(
            [2UL, 3UL, 4UL], tag => intake.Add(tag, new BasicProperties(), Message.Bytes())));
        consumer.Start();
        while (handedOn.IsEmpty && !consumer.ThreadState.HasFlag(ThreadState.WaitSleepJoin))
        {
            Thread.Yield();
        }

        goOn.Set();
        timer.Join();
        consumer.Join();
        Assert.Equal([1, 3], handedOn);

        void HandOn(DeliveryBatch batch)
        {
            if (batch.Count == 1)
            {
                isInHand.Set();
                goOn.Wait(TestContext.Current.CancellationToken);
            }

            handedOn.Enqueue(batch.Count);
        }
    }

    [Fact]
    public void Wait_of_a_batch_starts_with_its_own_first_message()
    {
        Deliver(1);
        _time.Advance(TimeSpan.FromMilliseconds(9));
        Deliver(3);
        Assert.Single(_closed);
        _time.Advance(TimeSpan.FromMilliseconds(9));
        Assert.Single(_closed);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([3, 1], _closed.Select(batch => batch.Count));
    }

    [Fact]
    public void Bodies_are_kept_as_they_came_however_long_they_are()
    {
        byte[][] bodies = [Message.Bytes(), new byte[100_000], [.. "x"u8]];
        Random.Shared.NextBytes(bodies[1]);
        foreach (var body in bodies)
        {
            _intake.Add(++_tag, new BasicProperties { MessageId = $"{_tag}" }, body);
        }

        var batch = Assert.Single(_closed);
        for (var i = 0; i < bodies.Length; i++)
        {
            Assert.Equal(bodies[i], batch.Body(i).ToArray());
            Assert.Equal($"{i + 1}", batch.Properties(i).MessageId);
        }

        Assert.Equal(
            [(1, PoisonReason.TooLarge), (2, PoisonReason.NotJson)],
            batch.Poison.Select(poison => (poison.Index, poison.Poison.Reason)));
    }

    [Fact]
    public void Batch_of_few_messages_holds_no_more_memory_than_they_need()
    {
        using var intake = new DeliveryIntake(
            _generation, Message.Parser(), 100, TimeSpan.FromMilliseconds(10), _closed.Add, _time);
        var body = Message.Bytes();
        intake.Add(1, new BasicProperties { MessageId = "mine" }, body);
        intake.CloseOpen();

        var batch = Assert.Single(_closed);
        Assert.Equal(body, batch.Body(0).ToArray());
        Assert.Equal("mine", batch.Properties(0).MessageId);
        Assert.Equal("law-1", Assert.Single(batch.Votes.ToArray()).LawId);
        Assert.True(MemoryMarshal.TryGetArray(batch.Body(0), out var held));
        Assert.InRange(held.Array!.Length, body.Length, 2 * body.Length);
        batch.Settle(1);
        Assert.Equal([batch], _settled);
    }

    [Fact]
    public void Vote_without_cast_at_is_cast_when_it_is_received()
    {
        _time.SetUtcNow(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000));
        Deliver(3);

        Assert.Equal(1_900_000_000_000_000, _closed[0].Votes[2].Cast.CastAtMicroseconds);
    }

    [Fact]
    public void Nothing_of_a_lost_channel_is_handed_on_or_acked()
    {
        Deliver(4);
        _intake.Retire();
        Deliver(5);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(_closed);

        _closed[0].Settle(3);
        Assert.Empty(_settled);
        Assert.False(_generation.TryTakeAck(out _));
    }

    [Fact]
    public void Unacked_falls_with_acks_and_more_than_half_of_the_prefetch_is_a_backlog()
    {
        Deliver(5);
        Assert.False(_generation.HasBacklog);
        Deliver(1);
        Assert.True(_generation.HasBacklog);
        _closed[0].Settle(3);
        Assert.True(_generation.TryTakeAck(out var tag));
        _generation.Acked(tag);

        Assert.Equal(3UL, tag);
        Assert.Equal(3, _generation.Unacked);
        Assert.False(_generation.HasBacklog);
    }

    private void Deliver(int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            _intake.Add(++_tag, new BasicProperties(), Message.Bytes());
        }
    }
}
