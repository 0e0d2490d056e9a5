using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Tests.Grains.Store;
using Xunit;
using static Votes.Grains.Counting.VoteOutcome;

namespace Votes.Tests.Grains.Flush;

public sealed class TallyWriterTests : IAsyncDisposable
{
    private readonly GatedTallyStore _store = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FlushOptions _options = new()
    {
        Lanes = 1,
        MinRetryDelay = TimeSpan.Zero,
        MaxRetryDelay = TimeSpan.Zero,
    };
    private readonly Lazy<TallyWriter> _writer;

    public TallyWriterTests() => _writer = new Lazy<TallyWriter>(() => NewWriter(_options));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TallyWriter Writer => _writer.Value;

    public ValueTask DisposeAsync()
    {
        _store.Open();
        return _writer.IsValueCreated ? _writer.Value.DisposeAsync() : default;
    }

    [Fact]
    public async Task Votes_of_many_laws_travel_in_one_transaction()
    {
        var writes = Enumerable.Range(0, 50).Select(i => Write($"law {i}", VoteSamples.Of(2))).ToList();
        Writer.Ask("law 0");
        await Task.WhenAll(writes);

        Assert.Equal([100], _store.Writes);
        Assert.Equal(2, _store.Counted("law 7", "yes"));
    }

    [Fact]
    public async Task Nothing_is_written_before_somebody_asks()
    {
        var write = Write("law", VoteSamples.Of(1));
        Assert.Empty(_store.Writes);

        Writer.Ask("law");
        Assert.Equal([Counted], (await write).Outcomes);
    }

    [Fact]
    public async Task Votes_that_nobody_asks_for_are_written_after_the_interval()
    {
        var writes = new[] { Write("law", VoteSamples.Of(2)), Write("another", VoteSamples.Of(1)) };
        _time.Advance(_options.Interval - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_store.Writes);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Task.WhenAll(writes);
        Assert.Equal([3], _store.Writes);
    }

    [Fact]
    public async Task A_backlog_flushes_without_being_asked()
    {
        await Writer.WriteAsync("law", VoteSamples.Of(3), registerLaw: true, backlog: true);

        Assert.Equal(3, _store.Counted("law", "yes"));
    }

    [Fact]
    public async Task A_backlog_flushes_the_other_lanes_too()
    {
        _options.Lanes = 16;
        var laws = Enumerable.Range(0, 200).Select(i => $"law {i}").ToList();
        var waiting = laws.Select(law => Write(law, VoteSamples.Of(1))).ToList();

        await Writer.WriteAsync("last", VoteSamples.Of(1), registerLaw: true, backlog: true);
        await Task.WhenAll(waiting);

        Assert.Equal(201, _store.Writes.Sum());
        Assert.InRange(_store.Writes.Count, 2, 17);
    }

    [Fact]
    public async Task Enough_votes_do_not_wait_for_the_least_time_between_flushes()
    {
        _options.EarlyVotes = 10;
        await Write("law", [VoteSamples.By(10)]);
        var waiting = Write("law", VoteSamples.Of(9));
        Assert.Equal([1], _store.Writes);

        await Write("law", [VoteSamples.By(9)]);
        await waiting;

        Assert.Equal([1, 10], _store.Writes);
    }

    [Fact]
    public async Task A_transaction_holds_at_most_the_limit_and_the_rest_follows_at_once()
    {
        _options.MaxVotes = 10;
        _options.EarlyInterval = TimeSpan.Zero;
        var writes = Enumerable.Range(0, 5).Select(i => Write($"law {i}", VoteSamples.Of(4))).ToList();
        Writer.Ask("law 0");
        await Task.WhenAll(writes);

        Assert.Equal([8, 8, 4], _store.Writes);
    }

    [Fact]
    public async Task Votes_that_come_during_a_flush_wait_for_the_next()
    {
        _store.Close();
        var first = Write("law", VoteSamples.Of(1));
        Writer.Ask("law");
        await _store.NextWriteAsync(Stop);
        var second = Write("law", [VoteSamples.By(1)]);
        Writer.Ask("law");
        _store.Open();
        await first;
        _time.Advance(_options.EarlyInterval);
        await second;

        Assert.Equal([1, 1], _store.Writes);
        Assert.Equal(2, _store.Counted("law", "yes"));
    }

    [Fact]
    public async Task A_failure_before_the_commit_is_tried_again()
    {
        _store.Fail(StoreFault.BeforeCommit, StoreFault.BeforeCommit);
        var write = Write("law", VoteSamples.Of(5));
        Writer.Ask("law");
        var outcome = await write;

        Assert.All(outcome.Outcomes, static outcome => Assert.Equal(Counted, outcome));
        Assert.Equal(5, _store.Counted("law", "yes"));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_counts_nothing_twice()
    {
        _store.Fail(StoreFault.AfterCommit);
        var write = Write("law", VoteSamples.Of(5));
        Writer.Ask("law");
        var outcome = await write;

        Assert.All(outcome.Outcomes, static outcome => Assert.Equal(Redelivered, outcome));
        Assert.Equal(5, _store.Counted("law", "yes"));
    }

    [Fact]
    public async Task Votes_that_cannot_be_written_in_time_go_back_to_their_sender()
    {
        _store.Fail([.. Enumerable.Repeat(StoreFault.BeforeCommit, 3)]);
        _store.Close();
        var write = Write("law", VoteSamples.Of(5));
        Writer.Ask("law");
        await _store.NextWriteAsync(Stop);
        _time.Advance(_options.GiveBackAfter);
        _store.Open();

        await Assert.ThrowsAsync<VotesNotDurableException>(() => write);
        Assert.Equal(0, _store.Counted("law", "yes"));
    }

    [Fact]
    public async Task A_fault_that_nobody_thought_of_gives_the_votes_back_and_the_lane_goes_on()
    {
        _store.Fail(StoreFault.Unheard);
        var votes = VoteSamples.Of(5);
        var write = Write("law", votes);
        Writer.Ask("law");
        await Assert.ThrowsAsync<VotesNotDurableException>(() => write);

        _time.Advance(_options.EarlyInterval);
        var again = Write("law", votes);
        Writer.Ask("law");
        Assert.Equal(5, (await again).Outcomes.Length);
        Assert.Equal(5, _store.Counted("law", "yes"));
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_is_set_apart_and_the_rest_is_counted()
    {
        var votes = VoteSamples.Of(100);
        _store.Refused[votes[37].VoteId] = true;
        _store.Refused[votes[99].VoteId] = true;
        var other = Write("other", VoteSamples.Of(20));
        var write = Write("law", votes);
        Writer.Ask("law");
        var outcome = await write;
        await other;

        Assert.Equal([37, 99], Enumerable.Range(0, 100).Where(i => outcome.Outcomes[i] == Refused));
        Assert.Equal(98, _store.Counted("law", "yes"));
        Assert.Equal(20, _store.Counted("other", "yes"));
    }

    [Fact]
    public async Task A_law_that_cannot_be_registered_does_not_stand_in_the_way_of_others()
    {
        _store.RefusedLaws["bad"] = true;
        var bad = Write("bad", VoteSamples.Of(3));
        var good = Write("good", VoteSamples.Of(3));
        Writer.Ask("good");

        Assert.All((await bad).Outcomes, static outcome => Assert.Equal(Refused, outcome));
        Assert.All((await good).Outcomes, static outcome => Assert.Equal(Counted, outcome));
        Assert.True(_store.Knows("good"));
        Assert.False(_store.Knows("bad"));
    }

    [Fact]
    public async Task Calls_beyond_the_pending_limit_wait_and_give_up_in_time()
    {
        _options.MaxPendingVotes = 10;
        _options.Interval = TimeSpan.FromHours(1);
        var since = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(1));
        var first = Write("law", VoteSamples.Of(10));
        var second = Writer.WriteAsync("law", [VoteSamples.By(10)], registerLaw: true, backlog: false, since);
        _time.Advance(_options.GiveBackAfter - TimeSpan.FromSeconds(1));
        var exception = await Assert.ThrowsAsync<VotesNotDurableException>(() => second);
        Assert.Contains("Flush:MaxPendingVotes", exception.Message, StringComparison.Ordinal);

        Writer.Ask("law");
        await first;
        Assert.Equal(10, _store.Counted("law", "yes"));
    }

    [Fact]
    public async Task A_stop_gives_back_what_is_pending()
    {
        var write = Write("law", VoteSamples.Of(1));
        await Writer.DisposeAsync();

        await Assert.ThrowsAsync<VotesNotDurableException>(() => write);
    }

    [Fact]
    public async Task A_vote_and_a_duplicate_in_one_flush_have_their_own_outcomes()
    {
        var (vote, duplicate) = (VoteSamples.By(1), VoteSamples.By(1, "no"));
        var write = Write("law", [vote, vote, duplicate]);
        Writer.Ask("law");

        Assert.Equal([Counted, Redelivered, Duplicate], (await write).Outcomes);
        Assert.Equal(1, _store.Duplicates);
    }

    private Task<PendingOutcome> Write(string lawId, CastVote[] votes) =>
        Writer.WriteAsync(lawId, votes, registerLaw: true, backlog: false);

    private TallyWriter NewWriter(FlushOptions options)
    {
        var laws = Options.Create(new LawTallyOptions());
        var metrics = new TallyMetrics(laws, _time, Metrics.NewCustomRegistry());
        var state = new StoreState(_time, NullLogger<StoreState>.Instance);
        return new TallyWriter(
            Options.Create(options), _store, state, metrics, _time, NullLogger<TallyWriter>.Instance);
    }
}
