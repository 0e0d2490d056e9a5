using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using RabbitMQ.Client;
using Votes.Grains.Interfaces;
using Votes.Ingest;
using Votes.Ingest.Configuration;
using Votes.Ingest.DeadLetters;
using Votes.Ingest.Lanes;
using Votes.Ingest.Laws;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class VoteDispatcherTests : IDisposable
{
    private readonly FakeGrains _grains = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<DeadLetter> _deadLetters = [];
    private readonly List<DeliveryBatch> _settled = [];
    private readonly Generation _generation;
    private VoteDispatcher _dispatcher;
    private ulong _tag;

    public VoteDispatcherTests()
    {
        _generation = new Generation(prefetch: 1000, _settled.Add);
        _dispatcher = Create(new DispatchOptions());
    }

    public void Dispose() => _dispatcher.Dispose();

    [Fact]
    public void Votes_of_one_law_travel_together_and_settle_their_batch()
    {
        var batch = Dispatch("a", "b", "a");

        Assert.Equal(["a", "b"], _grains.Calls.Select(call => call.LawId));
        Assert.Equal([2, 1], _grains.Calls.Select(call => call.Votes.Length));
        _grains.Calls[0].Count();
        Assert.Empty(_settled);
        _grains.Calls[1].Count();
        Assert.Equal([batch], _settled);
        Assert.Equal(0, _dispatcher.ActiveLaws);
    }

    [Fact]
    public void Votes_that_arrive_while_a_laws_calls_are_in_flight_travel_together()
    {
        Dispatch("a");
        Dispatch("a");
        Dispatch("a", "a");
        Dispatch("a", "a", "a");
        Assert.Equal([1, 1], _grains.Calls.Select(call => call.Votes.Length));

        _grains.Calls[1].Count();

        Assert.Equal([1, 1, 5], _grains.Calls.Select(call => call.Votes.Length));
        _grains.Calls[0].Count();
        Assert.Equal(3, _grains.Calls.Count);
        _grains.Calls[2].Count();
        Assert.Equal(4, _settled.Count);
    }

    [Fact]
    public void Call_carries_as_many_votes_as_it_may_and_no_more()
    {
        Dispatch("a");
        Dispatch("a");
        Dispatch([.. Enumerable.Repeat("a", VoteBatch.MaxVotes + 1)]);
        _grains.Calls[0].Count();
        _grains.Calls[1].Count();

        Assert.Equal([1, 1, VoteBatch.MaxVotes, 1], _grains.Calls.Select(call => call.Votes.Length));
        _grains.Calls[3].Count();
        _grains.Calls[2].Count();
        Assert.Equal(3, _settled.Count);
    }

    [Fact]
    public void Calls_in_flight_are_bounded_for_the_whole_process()
    {
        _dispatcher.Dispose();
        _dispatcher = Create(new DispatchOptions { CallsInFlight = 3 });

        Dispatch("a", "b", "c", "d", "e");
        Assert.Equal(["a", "b", "c"], _grains.Calls.Select(call => call.LawId));

        _grains.Calls[1].Count();
        Assert.Equal(["a", "b", "c", "d"], _grains.Calls.Select(call => call.LawId));
        while (_grains.Open.Count > 0)
        {
            _grains.Open[0].Count();
        }

        Assert.Equal(5, _grains.Calls.Count);
        Assert.Single(_settled);
    }

    [Fact]
    public void Failed_call_is_sent_again_as_it_was_when_its_wait_ends()
    {
        Dispatch("a", "a");
        var sent = _grains.Calls[0].VoteIds;
        _grains.Calls[0].Fail(new TimeoutException());
        Dispatch("a");
        Assert.Single(_grains.Calls);

        _time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Single(_grains.Calls);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(sent, _grains.Calls[1].VoteIds);
        Assert.Single(_grains.Calls[2].Votes);
        _grains.Calls[1].Count();
        _grains.Calls[2].Count();
        Assert.Equal(2, _settled.Count);
        Assert.Equal(0, _dispatcher.ActiveLaws);
    }

    [Fact]
    public void Wait_doubles_up_to_its_bound_and_starts_over_after_a_success()
    {
        Dispatch("a");
        foreach (var milliseconds in new[] { 200, 400, 800, 1600, 3200, 5000, 5000 })
        {
            _grains.Open[0].Fail(new VotesNotDurableException());
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
            Assert.Empty(_grains.Open);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Single(_grains.Open);
        }

        _grains.Open[0].Count();
        Dispatch("a");
        _grains.Open[0].Fail(new VotesNotDurableException());
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Single(_grains.Open);
    }

    [Fact]
    public void Law_whose_calls_fail_holds_up_no_other()
    {
        Dispatch("a", "b");
        _grains.Calls[0].Fail(new TimeoutException());
        _grains.Calls[1].Count();
        Dispatch("b");

        Assert.Equal(["a", "b", "b"], _grains.Calls.Select(call => call.LawId));
    }

    [Fact]
    public void Answer_that_does_not_speak_of_each_vote_is_an_unknown_outcome()
    {
        VoteBatchOutcome[] answers =
        [
            new(1, 0, 0, []),
            new(3, 0, 0, []),
            new(3, -1, 0, []),
            new(1, 0, 0, [new RejectedVote(2, RejectReason.LawClosed)]),
            new(0, 0, 0, [new RejectedVote(1, RejectReason.LawClosed), new RejectedVote(1, RejectReason.LawClosed)]),
            new(1, 0, 0, [new RejectedVote(0, RejectReason.None)]),
        ];
        Dispatch("a", "a");
        foreach (var answer in answers)
        {
            _grains.Open[0].Finish(answer);
            Assert.Empty(_settled);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Empty(_deadLetters);
        _grains.Open[0].Finish(new VoteBatchOutcome(0, 1, 1, null!));
        Assert.Single(_settled);
    }

    [Fact]
    public void Rejected_votes_are_dead_lettered_and_settle_once_they_are()
    {
        var batch = Dispatch("a", "b", "a", "a");
        _grains.Calls[1].Count();
        _grains.Calls[0].Finish(new VoteBatchOutcome(1, 0, 0, [
            new RejectedVote(2, RejectReason.LawClosed),
            new RejectedVote(0, RejectReason.UnknownChoice),
        ]));

        Assert.Equal([3, 0], _deadLetters.Select(letter => letter.Index));
        Assert.Equal(["law_closed", "unknown_choice"], _deadLetters.Select(letter => letter.Poison.Reason));
        Assert.Equal(["law_id", "choice"], _deadLetters.Select(letter => letter.Poison.Field));
        Assert.Empty(_settled);
        batch.Settle(2);
        Assert.Equal([batch], _settled);
    }

    [Fact]
    public void Poison_messages_are_dead_lettered_and_the_others_go_on()
    {
        var batch = new DeliveryBatch(_generation, 3, _time.GetTimestamp());
        batch.Add(++_tag, new BasicProperties(), "first"u8, new Poison(PoisonReason.NotJson, "", "broken"));
        batch.Add(++_tag, new BasicProperties(), "second"u8, Vote("a"));
        batch.Add(++_tag, new BasicProperties(), "third"u8, new Poison(PoisonReason.Empty, "choice", "empty"));
        batch.Close();
        _dispatcher.Dispatch(batch);

        Assert.Single(Assert.Single(_grains.Calls).Votes);
        Assert.Equal(["first", "third"], _deadLetters.Select(
            letter => System.Text.Encoding.UTF8.GetString(letter.Batch.Body(letter.Index).Span)));
        _grains.Calls[0].Count();
        batch.Settle(2);
        Assert.Equal([batch], _settled);
    }

    [Fact]
    public void Vote_that_the_grain_calls_malformed_is_found_and_dead_lettered_and_the_others_are_counted()
    {
        var batch = Dispatch([.. Enumerable.Repeat("a", 9)]);
        var bad = _grains.Calls[0].VoteIds[5];
        while (_grains.Open.Count > 0)
        {
            var call = _grains.Open[0];
            if (call.VoteIds.Contains(bad))
            {
                call.Fail(new ArgumentException("malformed"));
            }
            else
            {
                call.Count();
            }
        }

        var letter = Assert.Single(_deadLetters);
        Assert.Equal(5, letter.Index);
        Assert.Equal(PoisonReason.RefusedByGrain, letter.Poison.Reason);
        batch.Settle(1);
        Assert.Equal([batch], _settled);
        Assert.Equal(0, _dispatcher.ActiveLaws);
    }

    [Fact]
    public void Votes_of_a_lost_channel_are_not_sent_any_more_and_nothing_of_it_is_settled()
    {
        Dispatch("a");
        Dispatch("a");
        Dispatch("a");
        _generation.Retire();
        _grains.Calls[0].Count();
        _grains.Calls[1].Fail(new TimeoutException());
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(2, _grains.Calls.Count);
        Assert.Empty(_settled);
        Assert.Equal(0, _dispatcher.ActiveLaws);
    }

    [Fact]
    public void Votes_of_a_lane_that_holds_more_than_half_of_its_prefetch_ask_for_an_early_flush()
    {
        _generation.Delivered(500);
        Dispatch("a");
        _generation.Delivered(501);
        Dispatch("a");

        Assert.Equal([false, true], _grains.Calls.Select(call => call.Backlog));
    }

    [Fact]
    public void Laws_are_forgotten_when_their_votes_are_durable()
    {
        Dispatch([.. Enumerable.Range(0, 1000).Select(law => $"law {law}")]);
        Assert.Equal(1000, _dispatcher.ActiveLaws);
        foreach (var call in _grains.Open)
        {
            call.Count();
        }

        Assert.Equal(0, _dispatcher.ActiveLaws);
    }

    [Fact]
    public void Grain_that_answers_at_once_is_no_special_case()
    {
        var grains = new FakeGrains { Answer = call => Task.FromResult(call.AllCounted) };
        _dispatcher.Dispose();
        _dispatcher = Create(new DispatchOptions { CallsInFlightPerLaw = 1, CallsInFlight = 1 }, grains);

        for (var batch = 0; batch < 50; batch++)
        {
            Dispatch([.. Enumerable.Range(0, 100).Select(law => $"law {law}")]);
        }

        Assert.Equal(50, _settled.Count);
        Assert.Equal(5000, grains.Calls.Sum(call => call.Votes.Length));
    }

    private VoteDispatcher Create(DispatchOptions options, FakeGrains? grains = null) =>
        new(
            (grains ?? _grains).RecordAsync,
            _deadLetters.Add,
            options,
            new IngestMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry())),
            _time,
            NullLogger<VoteDispatcher>.Instance,
            random: () => 1);

    private DeliveryBatch Dispatch(params string[] laws)
    {
        var batch = new DeliveryBatch(_generation, laws.Length, _time.GetTimestamp());
        foreach (var law in laws)
        {
            batch.Add(++_tag, new BasicProperties(), "body"u8, Vote(law));
        }

        batch.Close();
        _dispatcher.Dispatch(batch);
        return batch;
    }

    private static Vote Vote(string law) => new(law, new CastVote(Guid.NewGuid(), Guid.NewGuid(), "yes", 0));
}
