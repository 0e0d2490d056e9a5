using Votes.LoadTest.Chaos.Faults;
using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.LoadTest.Chaos.Faults;

/// <summary>A small cluster with proxies in all its links, shared by the tests of a class.</summary>
public sealed class DrillFixture : IAsyncLifetime
{
    private readonly LocalFolder _folder = LocalFolder.ForTests("faults");
    private DrillCluster? _drill;

    /// <summary>The cluster.</summary>
    internal DrillCluster Drill => _drill ?? throw new InvalidOperationException("The cluster has not started.");

    public async ValueTask InitializeAsync() => _drill = await DrillCluster.StartAsync(
        new DrillOptions { Folder = _folder, Silos = 2, Ingests = 1 }, static _ => { }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (_drill is not null)
            await _drill.DisposeAsync();
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }
}
