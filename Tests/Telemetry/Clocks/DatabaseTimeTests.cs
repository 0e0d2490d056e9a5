using Votes.Telemetry.Clocks;
using Xunit;

namespace Votes.Tests.Telemetry.Clocks;

public sealed class DatabaseTimeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly MachineClock _machine = new() { Now = Noon.AddHours(1) };
    private readonly DatabaseTime _time;

    public DatabaseTimeTests() => _time = new DatabaseTime(_machine);

    [Fact]
    public void The_time_is_the_machine_s_before_the_first_reading() =>
        Assert.Equal(Noon.AddHours(1), _time.GetUtcNow());

    [Fact]
    public void The_time_counts_on_from_the_database_s()
    {
        Read(Noon);

        _machine.Advance(TimeSpan.FromSeconds(90));

        Assert.Equal(Noon.AddSeconds(90), _time.GetUtcNow());
    }

    [Fact]
    public void A_machine_s_clock_that_is_set_moves_nothing()
    {
        Read(Noon);

        _machine.Now = Noon.AddDays(-3);

        Assert.Equal(Noon, _time.GetUtcNow());
    }

    [Theory]
    [InlineData(119, 0)]
    [InlineData(-119, 0)]
    [InlineData(121, 121)]
    [InlineData(-121, -121)]
    public void A_reading_within_its_uncertainty_moves_nothing(int milliseconds, int moved)
    {
        Read(Noon);

        Read(Noon.AddMilliseconds(milliseconds), uncertainty: TimeSpan.FromMilliseconds(100));

        Assert.Equal(Noon.AddMilliseconds(moved), _time.GetUtcNow());
    }

    private void Read(DateTimeOffset database, TimeSpan uncertainty = default) =>
        _time.Follow(new ClockReading(_machine.GetUtcNow(), database, uncertainty, _machine.GetTimestamp()));

    /// <summary>A machine whose clock can be set while its stopwatch goes on.</summary>
    private sealed class MachineClock : TimeProvider
    {
        private long _stopwatch;

        public DateTimeOffset Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => _stopwatch;

        public void Advance(TimeSpan time) => (Now, _stopwatch) = (Now + time, _stopwatch + time.Ticks);
    }
}
