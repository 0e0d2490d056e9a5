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
            _state.Unavailable(1, "57014", "a table is locked", 300);
            _state.Available(0);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _state.Available(1);
        _state.Available(0);

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
            _state.Unavailable(second % 2, "connection", "refused", 10);
            _state.GaveBack(5);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _state.Available(0);
        _state.Available(1);

        Assert.Equal(1 + 59 + 1, _log.Lines.Count);
        Assert.Equal(
            "Warning: Flushes have failed for 60 s (connection); 300 votes went back to Ingest so far: refused",
            _log.Lines.ElementAt(1));
        Assert.Equal(
            "Information: Flushes succeed again after 3600.0 s; 18000 votes went back to Ingest meanwhile",
            _log.Lines.Last());
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
}
