using Xunit;

namespace Votes.Tests.Browser;

/// <summary>The tests that share one cluster and one browser.</summary>
[CollectionDefinition(Name)]
public sealed class PagesTests : ICollectionFixture<PagesCluster>
{
    public const string Name = "Pages";
}
