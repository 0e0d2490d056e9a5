using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.LocalCluster;

public sealed class LocalFolderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leftovers_of_a_killed_test_run_are_removed_with_their_processes()
    {
        var folder = LocalFolder.ForTests("leftovers");
        var process = DetachedProcess.Start(
            ["sleep", "1000"], new Dictionary<string, string?>(), folder.Log("sleep"));
        ProcessFile.Write(folder.ProcessOf("sleep"), process);
        var ended = ProcessMark.Current with { StartTicks = 1 };
        ProcessFile.Write(Path.Combine(folder.Root, "owner.json"), ended);

        await LocalFolder.RemoveLeftoversOfTestsAsync(Cancel);

        Assert.False(process.IsAlive);
        Assert.False(Directory.Exists(folder.Root));
    }

    [Fact]
    public async Task Logs_and_state_are_their_owners_alone()
    {
        var folder = LocalFolder.ForTests("modes");
        var process = DetachedProcess.Start(["sleep", "1000"], new Dictionary<string, string?>(), folder.Log("sleep"));
        new ClusterState { PostgresPort = 1, AmqpPort = 2, EpmdPort = 3, DistributionPort = 4 }.Write(folder);

        const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal((Owners, Owners), (File.GetUnixFileMode(folder.Log("sleep")), File.GetUnixFileMode(folder.StateFile)));
        await DetachedProcess.KillAsync(process, Cancel);
        await folder.KillAndDeleteAsync(Cancel);
    }

    [Fact]
    public async Task Folder_of_a_test_run_that_goes_on_is_left_alone()
    {
        var folder = LocalFolder.ForTests("own");

        await LocalFolder.RemoveLeftoversOfTestsAsync(Cancel);

        Assert.True(Directory.Exists(folder.Root));
        await folder.KillAndDeleteAsync(Cancel);
    }

    [Fact]
    public async Task Only_one_at_a_time_changes_a_cluster()
    {
        var folder = LocalFolder.ForTests("lock");
        using (folder.Lock())
        {
            var error = Assert.Throws<ClusterException>(folder.Lock);
            Assert.Contains(folder.Root, error.Message, StringComparison.Ordinal);
        }

        folder.Lock().Dispose();
        await folder.KillAndDeleteAsync(Cancel);
    }

    [Fact]
    public async Task Logs_that_are_kept_outlive_their_folder()
    {
        var folder = LocalFolder.ForTests("kept");
        Assert.Null(folder.KeepLogs("none"));
        Directory.CreateDirectory(folder.Logs);
        await File.WriteAllTextAsync(folder.Log("silo-1"), "what went wrong", Cancel);

        folder.KeepLogs("twice");
        var kept = folder.KeepLogs("twice");
        await folder.KillAndDeleteAsync(Cancel);

        Assert.NotNull(kept);
        Assert.Equal("what went wrong", await File.ReadAllTextAsync(Path.Combine(kept, "silo-1.log"), Cancel));
        Directory.Delete(Path.GetDirectoryName(kept)!, recursive: true);
    }
}
