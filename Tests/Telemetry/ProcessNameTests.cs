using Votes.Telemetry.Statistics;
using Xunit;

namespace Votes.Tests.Telemetry;

public sealed class ProcessNameTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 14, 5, 6, 789, TimeSpan.FromHours(2));

    [Fact]
    public void Process_that_is_started_again_is_another_one()
    {
        Assert.Equal("silo/host-1/1/20261123T120506.789Z", ProcessName.Of("silo", "host-1", 1, Start));
        Assert.NotEqual(
            ProcessName.Of("silo", "host-1", 1, Start), ProcessName.Of("silo", "host-1", 1, Start.AddMilliseconds(1)));
    }

    [Fact]
    public void Name_fits_its_column_whatever_the_machine_is_called() =>
        Assert.InRange(ProcessName.Of("ingest", new string('h', 255), int.MaxValue, Start).Length, 1, 200);
}
