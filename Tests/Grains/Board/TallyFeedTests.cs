using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Board;
using Votes.Grains.Flush;
using Votes.Tests.Grains.Store;
using Xunit;

namespace Votes.Tests.Grains.Board;

public sealed class TallyFeedTests : IAsyncDisposable
{
    private const string Silo = "silo";

    private readonly GatedTallyStore _store = new();
    private readonly TallyWriter _writer;
    private readonly TallyFeed _feed;

    public TallyFeedTests()
    {
        var time = new FakeTimeProvider();
        _writer = new TallyWriter(
            Options.Create(new FlushOptions { Lanes = 1 }),
            _store,
            new StoreState(time, NullLogger<StoreState>.Instance),
            new TallyMetrics(Options.Create(new LawTallyOptions()), time, Metrics.NewCustomRegistry()),
            time,
            NullLogger<TallyWriter>.Instance);
        _feed = new TallyFeed(_writer);
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    [Fact]
    public void Where_nothing_happened_there_is_nothing_to_tell()
    {
        Assert.Null(Take());

        Durable("law", counted: 3, total: 3, version: 1);
        Assert.NotNull(Take());
        Assert.Null(Take());
    }

    [Fact]
    public void The_flushes_between_two_events_are_one_row_a_law_with_its_newest_total()
    {
        Durable("a", counted: 3, total: 3, version: 1);
        Durable("b", counted: 1, total: 9, version: 4);
        Durable("a", counted: 2, total: 5, version: 2);

        var moved = Take();

        Assert.Equal((Silo, 6, 6), (moved!.Silo, moved.Counted, moved.CountedLately));
        Assert.Equal([new MovedLaw("a", 5, 2, 5), new MovedLaw("b", 9, 4, 1)], moved.Laws);
    }

    [Fact]
    public void The_next_event_tells_what_came_after_the_last_and_counts_from_the_start()
    {
        Durable("a", counted: 3, total: 3, version: 1);
        Take();
        Durable("b", counted: 2, total: 2, version: 1);

        var moved = Take();

        Assert.Equal((5, 2), (moved!.Counted, moved.CountedLately));
        Assert.Equal([new MovedLaw("b", 2, 1, 2)], moved.Laws);
    }

    [Fact]
    public void A_flush_that_is_told_of_late_takes_no_total_back()
    {
        Durable("law", counted: 2, total: 5, version: 2);
        Durable("law", counted: 3, total: 3, version: 1);

        Assert.Equal([new MovedLaw("law", 5, 2, 5)], Take()!.Laws);
    }

    [Fact]
    public void A_total_that_was_set_right_is_told_though_it_is_smaller()
    {
        Durable("law", counted: 1, total: 900, version: 7);
        Durable("law", counted: 1, total: 12, version: 9);

        Assert.Equal([new MovedLaw("law", 12, 9, 2)], Take()!.Laws);
    }

    [Fact]
    public void The_laws_with_the_most_new_votes_are_told_and_the_count_is_that_of_all()
    {
        Durable("c", counted: 5, total: 5, version: 1);
        Durable("b", counted: 5, total: 5, version: 1);
        Durable("a", counted: 1, total: 99, version: 1);
        Durable("d", counted: 7, total: 7, version: 1);

        var moved = Take(laws: 3);

        Assert.Equal(["d", "b", "c"], moved!.Laws.Select(static law => law.LawId));
        Assert.Equal((18, 18), (moved.Counted, moved.CountedLately));
    }

    [Theory]
    [InlineData(19_999, 19_999)]
    [InlineData(20_000, 20_000)]
    [InlineData(20_001, 20_000)]
    public void So_many_laws_are_gathered_and_the_votes_of_the_others_are_in_the_count(int laws, int told)
    {
        for (var law = 0; law < laws; law++)
        {
            Durable($"law {law}", counted: 1, total: 1, version: 1);
        }

        var moved = Take(laws: int.MaxValue);

        Assert.Equal((told, laws), (moved!.Laws.Length, moved.Counted));
    }

    [Fact]
    public void Duplicates_alone_are_no_news()
    {
        Durable("law", counted: 0, total: 5, version: 1);

        Assert.Null(Take());
    }

    [Fact]
    public void The_longest_wait_since_the_last_event_is_told()
    {
        Durable("a", counted: 1, total: 1, version: 1, lag: 20);
        Durable("b", counted: 0, total: 1, version: 1, lag: 70);
        Durable("a", counted: 1, total: 2, version: 2, lag: 50);
        Assert.Equal(TimeSpan.FromMilliseconds(70), Take()!.Lag);

        Durable("a", counted: 1, total: 3, version: 3, lag: 10);
        Assert.Equal(TimeSpan.FromMilliseconds(10), Take()!.Lag);
    }

    [Fact]
    public async Task Pending_votes_are_told_when_they_come_and_when_they_are_gone()
    {
        var write = _writer.WriteAsync("law", VoteSamples.Of(4), registerLaw: true, backlog: false);
        var waiting = Take();
        Assert.Equal((0, 4), (waiting!.Counted, waiting.Pending));
        Assert.Empty(waiting.Laws);
        Assert.Null(Take());

        _writer.Ask("law");
        await write;

        Assert.Equal(0, Take()!.Pending);
        Assert.Null(Take());
    }

    private TalliesMoved? Take(int laws = 100) => _feed.Take(Silo, laws);

    private void Durable(string lawId, int counted, long total, long version, int lag = 0) =>
        _feed.Durable(lawId, counted, total, version, TimeSpan.FromMilliseconds(lag));
}
