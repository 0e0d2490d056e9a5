using Votes.Telemetry.Statistics;
using Xunit;

namespace Votes.Tests.Telemetry;

public sealed class MinuteBookTests
{
    private static readonly DateTime Noon = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);

    private readonly MinuteBook _book = new(mostUnwritten: 3);

    [Fact]
    public void Minutes_are_written_oldest_first_and_once()
    {
        Close(0, 5);
        Close(1, 6);

        var first = _book.Oldest(1);
        Assert.Equal([new MinuteRow(Noon, new MinuteFigures(Received: 5))], first);
        Assert.Equal(2, _book.Count);
        _book.Written(first);
        Assert.Equal([6L], _book.Oldest(9).Select(row => row.Figures.Received));
        _book.Written(_book.Oldest(9));
        Assert.Equal(0, _book.Count);
    }

    [Fact]
    public void As_many_minutes_are_kept_as_may_be_and_then_the_oldest_goes()
    {
        for (var minute = 0; minute < 3; minute++)
        {
            Close(minute, minute);
        }

        Assert.Equal((3, 0L), (_book.Count, _book.Dropped));
        Close(3, 3);
        Assert.Equal((3, 1L), (_book.Count, _book.Dropped));
        Assert.Equal([1L, 2, 3], _book.Oldest(9).Select(row => row.Figures.Received));
    }

    [Fact]
    public void Clock_that_went_back_adds_to_the_newest_minute_and_replaces_none()
    {
        Close(0, 1);
        Close(1, 2);
        var written = _book.Oldest(9);
        _book.Written(written);

        Close(0, 4);
        Close(1, 8);

        Assert.Equal([new MinuteRow(Noon.AddMinutes(1), new MinuteFigures(Received: 14))], _book.Oldest(9));

        // What was on its way meanwhile is an older state of the row, and the newer one is still to be written.
        _book.Written(written);
        Assert.Equal(1, _book.Count);
        Close(2, 16);
        Assert.Equal([14L, 16], _book.Oldest(9).Select(row => row.Figures.Received));
    }

    [Fact]
    public void Figures_add_up_and_times_are_the_worse_of_the_two()
    {
        var sum = new MinuteFigures(1, 2, 3, 4, 5, 6, 7, null).And(new MinuteFigures(10, 20, 30, 40, 50, 60, 5, 8));

        Assert.Equal(new MinuteFigures(11, 22, 33, 44, 55, 66, 7, 8), sum);
    }

    private void Close(int minute, long received) =>
        _book.Close(Noon.AddMinutes(minute), new MinuteFigures(Received: received));
}
