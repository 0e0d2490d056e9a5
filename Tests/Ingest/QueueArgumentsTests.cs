using Votes.Ingest;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class QueueArgumentsTests
{
    [Theory]
    [InlineData("4.0.5", "quorum")]
    [InlineData("4.1.0-beta.3", "quorum")]
    [InlineData("12.0.0", "quorum")]
    public void Limit_on_deliveries_is_switched_off_where_the_broker_has_one(string version, string queueType)
    {
        var arguments = QueueArguments.For(version, queueType);

        Assert.Equal(queueType, arguments["x-queue-type"]);
        Assert.Equal(-1, arguments["x-delivery-limit"]);
    }

    [Theory]
    [InlineData("3.10.8", "quorum")]
    [InlineData("3.13.7", "quorum")]
    [InlineData("", "quorum")]
    [InlineData("unknown", "quorum")]
    [InlineData("4.0.5", "classic")]
    public void Limit_on_deliveries_is_not_named_where_minus_one_would_be_one(string version, string queueType) =>
        Assert.Equal(["x-queue-type"], QueueArguments.For(version, queueType).Keys);
}
