using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.Security;

public sealed class BrokerFactoryTests
{
    // What these programs are delivered may have been published by others. The local cluster and the bench read no messages
    // but their own.
    [Theory]
    [InlineData("DeadLetters")]
    [InlineData("Ingest")]
    [InlineData("LoadTest")]
    [InlineData("Ops")]
    [InlineData("Silo")]
    public void Connections_are_made_by_nothing_else(string project)
    {
        var folder = Path.Combine(Repository.Root, project);
        var sources = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(sources);
        Assert.DoesNotContain(
            sources, static file => File.ReadAllText(file).Contains("new ConnectionFactory", StringComparison.Ordinal));
    }
}
