using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Tests.Grains.Store;
using Xunit;
using static Votes.Grains.Counting.VoteOutcome;

namespace Votes.Tests.Grains.Flush;

/// <summary>Votes go back to their senders in time while the database says nothing at all.</summary>
public sealed class GiveBackTests : IAsyncDisposable
{
    private readonly GatedTallyStore _store = new();
    private readonly FakeTimeProvider _time = new();

    // Flushed when somebody asks and not before.
    private readonly FlushOptions _options = new()
    {
        Lanes = 1,
        EarlyInterval = TimeSpan.Zero,
        Interval = TimeSpan.FromHours(1),
    };

    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly LogLines<StoreState> _log = new();
    private readonly TallyWriter _writer;

    public GiveBackTests()
    {
        var metrics = new TallyMetrics(Options.Create(new LawTallyOptions()), _time, _registry);
        _writer = new TallyWriter(
            Options.Create(_options),
            _store,
            new StoreState(_time, _log),
            metrics,
            _time,
            NullLogger<TallyWriter>.Instance);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _store.Open();
        return _writer.DisposeAsync();
    }

    [Fact]
    public async Task A_vote_whose_write_hangs_goes_back_in_time_and_not_before()
    {
        var write = await HangAsync(VoteSamples.Of(5));
        _time.Advance(_options.GiveBackAfter - TimeSpan.FromMilliseconds(1));
        Assert.False(write.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        var exception = await Assert.ThrowsAsync<VotesNotDurableException>(() => write);
        Assert.Contains("the database has not answered yet", exception.Message, StringComparison.Ordinal);
        Assert.Equal(5, await MetricAsync("votes_given_back_total"));
        Assert.Equal(0, await MetricAsync("pending_votes"));
    }

    [Fact]
    public async Task Votes_queued_behind_a_flush_that_hangs_go_back_each_in_its_time()
    {
        var first = await HangAsync(VoteSamples.Of(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        var second = Write(VoteSamples.By(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        var third = Write(VoteSamples.By(2));

        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<VotesNotDurableException>(() => first);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<VotesNotDurableException>(() => second);
        Assert.False(third.IsCompleted);

        _store.Open();
        _writer.Ask("law");
        Assert.Equal([Counted], (await third).Outcomes);
        Assert.Equal([1, 1], _store.Writes);
    }

    [Fact]
    public async Task A_write_that_succeeds_after_its_votes_went_back_counts_them_once_and_is_on_record()
    {
        var votes = VoteSamples.Of(5);
        var write = await HangAsync(votes);
        _time.Advance(_options.GiveBackAfter);
        await Assert.ThrowsAsync<VotesNotDurableException>(() => write);

        _store.Open();
        var again = Write(votes);
        _writer.Ask("law");

        Assert.All((await again).Outcomes, static outcome => Assert.Equal(Redelivered, outcome));
        Assert.Equal(5, _store.Counted("law", "yes"));
        Assert.Equal(5, await MetricAsync("votes_settled_total{outcome=\"counted\"}"));
        Assert.Equal(5, await MetricAsync("votes_given_back_total"));
    }

    [Fact]
    public async Task A_flush_that_hangs_is_told_of_once_and_its_end_too()
    {
        for (var round = 0; round < 3; round++)
        {
            var write = round == 0 ? await HangAsync(VoteSamples.By(round)) : Write(VoteSamples.By(round));
            _time.Advance(_options.GiveBackAfter);
            await Assert.ThrowsAsync<VotesNotDurableException>(() => write);
        }

        _store.Open();
        var last = Write(VoteSamples.By(9));
        _writer.Ask("law");
        await last;

        Assert.Equal(2, _log.Lines.Count);
        Assert.StartsWith("Warning: Flush failed (no_answer); 1 votes", _log.Lines.First(), StringComparison.Ordinal);
        Assert.EndsWith("3 votes went back to Ingest meanwhile", _log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Once_all_that_waited_went_back_the_next_to_ask_wakes_the_lane()
    {
        using var backlog = new LaneBacklog(_options, _time, static (_, _, _) => { });
        backlog.Add(Batch("law", VoteSamples.Of(1)));
        Assert.True(backlog.Ask());
        _time.Advance(_options.GiveBackAfter);
        Assert.Equal(0, backlog.AwaitedVotes);
        Assert.Null(backlog.DueIn());

        backlog.Add(new PendingBatch("law", VoteSamples.Of(1), false, backlog.Now));

        Assert.True(backlog.Ask());
        Assert.Equal(TimeSpan.Zero, backlog.DueIn());
    }

    [Fact]
    public void First_vote_that_waits_for_a_lock_wakes_the_lane_to_look_at_it_in_time()
    {
        using var backlog = new LaneBacklog(_options, _time, static (_, _, _) => { });
        backlog.Lock(["locked"]);
        Assert.Null(backlog.LookIn());

        // A lane that asked a moment ago sleeps until something changes.
        Assert.True(backlog.Add(Batch("locked", VoteSamples.Of(1))));
        Assert.Equal(_options.MinRetryDelay, backlog.LookIn());
        Assert.False(backlog.Add(Batch("locked", VoteSamples.Of(1))));
    }

    [Fact]
    public void Once_all_that_waited_was_set_apart_the_next_to_ask_wakes_the_lane()
    {
        using var backlog = new LaneBacklog(_options, _time, static (_, _, _) => { });
        backlog.Add(Batch("locked", VoteSamples.Of(1)));
        Assert.True(backlog.Ask());
        backlog.Lock(["locked"]);

        backlog.Add(Batch("law", VoteSamples.Of(1)));

        Assert.True(backlog.Ask());
        Assert.Equal(TimeSpan.Zero, backlog.DueIn());
    }

    [Fact]
    public void First_vote_wakes_the_lane_and_so_do_votes_that_are_worth_a_flush()
    {
        using var backlog = new LaneBacklog(_options, _time, static (_, _, _) => { });

        Assert.True(backlog.Add(Batch("law", VoteSamples.Of(1))));
        Assert.Equal(_options.Interval, backlog.DueIn());
        Assert.False(backlog.Add(Batch("law", VoteSamples.Of((_options.EarlyVotes / 10) - 2))));
        Assert.Equal(_options.Interval, backlog.DueIn());

        Assert.True(backlog.Add(Batch("law", VoteSamples.Of(1))));
        Assert.Equal(TimeSpan.Zero, backlog.DueIn());
        Assert.False(backlog.Add(Batch("law", VoteSamples.Of(1))));
    }

    [Fact]
    public async Task Time_spent_before_the_lane_counts_as_well()
    {
        var since = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(3));
        _store.Close();
        var write = _writer.WriteAsync("law", VoteSamples.Of(1), registerLaw: false, backlog: false, since);
        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<VotesNotDurableException>(() => write);
        Assert.Empty(_store.Writes);
    }

    [Fact]
    public async Task A_stop_ends_once_nobody_waits_for_a_write_that_hangs()
    {
        var write = await HangAsync(VoteSamples.Of(1));
        var waiting = Write(VoteSamples.By(1));
        var stopped = _writer.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<VotesNotDurableException>(() => waiting);
        Assert.False(stopped.IsCompleted);
        Assert.False(write.IsCompleted);

        _time.Advance(_options.GiveBackAfter);
        await Assert.ThrowsAsync<VotesNotDurableException>(() => write);
        await stopped;
    }

    [Fact]
    public async Task A_stop_gives_back_the_votes_of_a_law_that_turns_out_to_be_locked()
    {
        _store.Fail(StoreFault.Locked);
        var write = await HangAsync(VoteSamples.Of(1));
        var stopped = _writer.DisposeAsync().AsTask();
        _store.Open();
        await stopped;

        // Nobody is left who would give them back later.
        await Assert.ThrowsAsync<VotesNotDurableException>(() => write.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        Assert.Equal(0, _writer.PendingVotes);
    }

    [Fact]
    public async Task Halving_leaves_out_what_nobody_waits_for()
    {
        var (bad, gone) = (VoteSamples.Of(4), VoteSamples.Of(60));
        Array.ForEach([.. bad, .. gone], vote => _store.Refused[vote.VoteId] = true);
        var batches = new[] { Batch("bad", bad), Batch("gone", gone) };
        batches[1].GiveBack(new TimeoutException());
        var decided = new List<FlushResult>();
        var write = new FlushWrite(batches, new FlushRows());
        var metrics = new TallyMetrics(
            Options.Create(new LawTallyOptions()), _time, Metrics.NewCustomRegistry());

        await new BisectingWrite(0, _store, metrics, NullLogger.Instance).WriteAsync(
            write,
            result =>
            {
                decided.Add(result);
                foreach (var (batch, outcome) in write.Decide(result))
                {
                    batch.Settle(outcome);
                }
            },
            Stop);

        Assert.Equal([Refused, Refused, Refused, Refused], (await batches[0].Settled).Outcomes);
        Assert.Equal(4, decided.Count);
        Assert.Equal([64, 32, 16, 8, 4, 2, 1, 1, 2, 1, 1], _store.Writes);
    }

    private static PendingBatch Batch(string lawId, CastVote[] votes) => new(lawId, votes, false, TimeSpan.Zero);

    /// <summary>Sends votes into a flush that hangs from then on.</summary>
    private async Task<Task<PendingOutcome>> HangAsync(params CastVote[] votes)
    {
        _store.Close();
        var write = Write(votes);
        _writer.Ask("law");
        await _store.NextWriteAsync(Stop);
        return write;
    }

    private Task<PendingOutcome> Write(params CastVote[] votes) =>
        _writer.WriteAsync("law", votes, registerLaw: false, backlog: false);

    private async Task<double> MetricAsync(string name)
    {
        using var text = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(text, Stop);
        var line = System.Text.Encoding.UTF8.GetString(text.ToArray()).Split('\n')
            .Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
