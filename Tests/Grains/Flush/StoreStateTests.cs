using Microsoft.Extensions.Time.Testing;
using Votes.Grains.Flush;
using Xunit;

namespace Votes.Tests.Grains.Flush;

public sealed class StoreStateTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogLines<StoreState> _log = new();
    private readonly StoreState _state;

    public StoreStateTests() => _state = new StoreState(_time, _log);

    [Fact]
    public void A_lane_that_fails_beside_one_that_is_well_is_told_of_once()
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            _state.Unavailable(1, 0, "57014", "a table is locked", 300);
            _state.Available(0, 0);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _state.Available(1, 0);
        _state.Available(0, 0);

        Assert.Equal(
            [
                "Warning: Flush failed (57014); 300 votes are tried again, and go back to Ingest when they are too old: "
                    + "a table is locked",
                "Information: Flushes succeed again after 50.0 s; 0 votes went back to Ingest meanwhile",
            ],
            _log.Lines);
    }

    [Fact]
    public void An_outage_of_an_hour_has_a_line_at_each_end_and_one_a_minute_between_them()
    {
        for (var second = 0; second < 3600; second++)
        {
            _state.Unavailable(second % 2, 0, "connection", "refused", 10);
            _state.GaveBack(5);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _state.Available(0, 0);
        _state.Available(1, 0);

        Assert.Equal(1 + 59 + 1, _log.Lines.Count);
        Assert.Equal(
            "Warning: Flushes have failed for 60 s (connection); 300 votes went back to Ingest so far: refused",
            _log.Lines.ElementAt(1));
        Assert.Equal(
            "Information: Flushes succeed again after 3600.0 s; 18000 votes went back to Ingest meanwhile",
            _log.Lines.Last());
    }

    [Fact]
    public void A_failure_goes_on_until_a_flush_succeeds_or_none_has_been_tried_for_a_while()
    {
        Assert.Null(_state.Failure);

        _state.Unavailable(1, 0, "timeout", "no answer", 300);
        _time.Advance(TimeSpan.FromSeconds(20));
        _state.Unavailable(1, 0, "25006", "read-only", 300);
        Assert.Equal(new StoreFailure(TimeSpan.FromSeconds(20), "25006", "read-only"), _state.Failure);

        _time.Advance(StoreState.FailureLasts - TimeSpan.FromTicks(1));
        Assert.NotNull(_state.Failure);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_state.Failure);

        _state.Unavailable(1, 0, "25006", "read-only", 300);
        Assert.NotNull(_state.Failure);
        _state.Available(1, 0);
        Assert.Null(_state.Failure);
    }

    [Fact]
    public void An_overload_is_told_of_once_a_minute()
    {
        for (var second = 0; second < 120; second++)
        {
            _state.GaveBack(10);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, _log.Lines.Count);
        Assert.StartsWith("Warning: 600 votes went back to Ingest", _log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_comes_and_goes_is_told_of_once_a_minute()
    {
        for (var flush = 0; flush < 120; flush++)
        {
            _state.Unavailable(0, flush, "40P01", "deadlock", 10);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            _state.Available(0, flush);
            _time.Advance(TimeSpan.FromMilliseconds(900));
        }

        Assert.Equal(["Warning", "Information", "Warning", "Information"], _log.Lines.Select(Level));
    }

    [Fact]
    public void An_outage_that_begins_right_after_another_is_told_of_when_it_lasts()
    {
        _state.Unavailable(0, 0, "connection", "refused", 10);
        _time.Advance(TimeSpan.FromSeconds(1));
        _state.Available(0, 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var second = 0; second < 90; second++)
        {
            _state.Unavailable(0, 1, "connection", "refused again", 10);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _state.Available(0, 1);

        Assert.Equal(4, _log.Lines.Count);
        Assert.StartsWith(
            "Warning: Flushes have failed for 58 s", _log.Lines.ElementAt(2), StringComparison.Ordinal);
        Assert.StartsWith("Information: Flushes succeed again after 90.0 s", _log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flush_that_succeeded_is_not_called_failed_by_whoever_looked_before_it_did()
    {
        _state.Available(0, 7);
        _state.Unavailable(0, 7, "no_answer", "no answer yet", 10);
        Assert.Empty(_log.Lines);

        _state.Unavailable(0, 8, "no_answer", "no answer", 10);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public void A_lane_that_failed_and_writes_no_more_does_not_keep_the_others_from_being_well()
    {
        _state.Unavailable(0, 0, "connection", "refused", 10);
        _state.Unavailable(1, 0, "connection", "refused", 10);
        _state.Available(1, 1);
        Assert.Single(_log.Lines);

        _time.Advance(StoreState.ReminderInterval);
        _state.Available(1, 2);

        Assert.Equal(2, _log.Lines.Count);
        Assert.StartsWith("Information", _log.Lines.Last(), StringComparison.Ordinal);
    }

    private static string Level(string line) => line[..line.IndexOf(':', StringComparison.Ordinal)];
}
