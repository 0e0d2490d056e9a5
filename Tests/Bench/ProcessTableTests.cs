using Votes.Bench.Measuring;
using Xunit;

namespace Votes.Tests.Bench;

public sealed class ProcessTableTests
{
    private const string Stat =
        "4711 (a (strange) name) S 42 4711 4711 0 -1 4194560 9 8 7 6 150 50 30 20 20 0 12 0 991 5000 600";

    [Fact]
    public void Stat_is_read_behind_a_name_with_parentheses()
    {
        Assert.Equal(new ProcessRow(4711, 42, 200, 50), ProcessRow.Parse(Stat));
    }

    [Fact]
    public void Stat_that_was_cut_short_is_none()
    {
        Assert.Null(ProcessRow.Parse("4711 (name) S 42"));
    }

    [Fact]
    public void Cpu_of_a_process_has_that_of_its_whole_family_in_it()
    {
        var table = new ProcessTable([
            new(1, 0, 1_000, 1_000), new(10, 1, 100, 20), new(11, 10, 30, 0), new(12, 11, 7, 1), new(20, 1, 5, 0),
        ]);

        Assert.Equal(1.58, table.CpuSeconds([10]), 6);
        Assert.Equal(1.63, table.CpuSeconds([10, 20]), 6);
    }

    [Fact]
    public void Cpu_of_a_process_named_with_its_parent_counts_once()
    {
        var table = new ProcessTable([new(10, 1, 100, 0), new(11, 10, 30, 0)]);

        Assert.Equal(1.3, table.CpuSeconds([11, 10, 10]), 6);
    }

    [Fact]
    public void Cpu_of_a_process_that_is_gone_is_nothing()
    {
        Assert.Equal(0, new ProcessTable([]).CpuSeconds([10]));
    }

    [Fact]
    public void Own_process_is_in_the_machines_table()
    {
        var spent = Environment.CpuUsage.TotalTime.TotalSeconds;

        // The kernel counts in ticks of 10 ms; what the runtime had spent before can differ by a few of them.
        Assert.InRange(ProcessTable.Read().CpuSeconds([Environment.ProcessId]), spent - 0.05, double.MaxValue);
    }

    [Fact]
    public void Machine_is_busy_in_all_modes_but_idle_and_waiting_for_disks()
    {
        Assert.Equal(2.9, MachineCpu.Parse("cpu  100 20 30 5000 600 40 50 50 70 80"), 6);
    }

    [Fact]
    public void Memory_is_read_in_bytes()
    {
        Assert.Equal(2_048_000, ProcessMemory.Parse(["VmPeak:\t 9 kB", "VmHWM:\t    2000 kB"], "VmHWM"));
        Assert.Null(ProcessMemory.Parse(["VmPeak:\t 9 kB"], "VmHWM"));
    }
}
