using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.LocalCluster;

public sealed class ProcessMarkTests : IAsyncLifetime
{
    private readonly LocalFolder _folder = LocalFolder.ForTests("marks");
    private ProcessMark _process = ProcessMark.Of(0);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _process = DetachedProcess.Start(
            ["sleep", "1000"], new Dictionary<string, string?>(), _folder.Log("sleep"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await DetachedProcess.KillAsync(_process, CancellationToken.None);
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public void Another_process_with_the_same_pid_is_not_signalled()
    {
        var later = _process with { StartTicks = _process.StartTicks + 1 };
        var afterReboot = _process with { BootId = "another boot" };

        Assert.False(later.Send(Signal.Kill));
        Assert.False(afterReboot.Send(Signal.Kill));
        Assert.True(_process.IsAlive);
    }

    [Fact]
    public async Task Killed_process_is_gone()
    {
        await DetachedProcess.KillAsync(_process, Cancel);

        Assert.False(_process.IsAlive);
        Assert.False(_process.Send(Signal.Terminate));
    }

    [Fact]
    public async Task Process_that_stands_still_stops_when_asked()
    {
        Assert.True(_process.Send(Signal.Stop));

        Assert.True(await DetachedProcess.StopAsync(_process, Signal.Terminate, TimeSpan.FromMinutes(1), Cancel));
        Assert.False(_process.IsAlive);
    }

    [Fact]
    public void Record_of_a_process_names_the_same_process()
    {
        var file = Path.Combine(_folder.Root, "sleep" + ProcessFile.Extension);
        ProcessFile.Write(file, _process);

        Assert.Equal(_process, ProcessFile.Read(file));
        Assert.Equal(_process, Assert.Single(ProcessFile.Alive(_folder.Root)));
    }

    [Fact]
    public void Record_that_was_cut_short_names_no_process()
    {
        var file = Path.Combine(_folder.Root, "short" + ProcessFile.Extension);
        File.WriteAllText(file, """{"Pid":12,"Sta""");

        Assert.Null(ProcessFile.Read(file));
    }
}
