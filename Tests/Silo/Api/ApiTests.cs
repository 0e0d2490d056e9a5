using Xunit;

namespace Votes.Tests.Silo.Api;

/// <summary>The tests that share one silo.</summary>
[CollectionDefinition(Name)]
public sealed class ApiTests : ICollectionFixture<SharedApi>
{
    public const string Name = "API";
}
