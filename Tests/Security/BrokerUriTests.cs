using Votes.Ingest.Configuration;
using Votes.Security;
using Xunit;

namespace Votes.Tests.Security;

public sealed class BrokerUriTests
{
    [Theory]
    [InlineData("amqp://votes:secret@mq:5672/")]
    [InlineData("amqps://votes:se%3Acret@mq/votes")]
    [InlineData("amqp://mq")]
    public void Address_that_the_client_takes_is_one(string text)
    {
        Assert.True(BrokerUri.TryParse(text, out var address));
        Assert.NotNull(new RabbitMQ.Client.ConnectionFactory { Uri = address });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("mq:5672")]
    [InlineData("http://mq/")]
    [InlineData("amqp://votes:se:cret@mq/")]
    [InlineData("amqp://votes:secret@mq/one/two")]
    public void Address_that_the_client_does_not_take_is_none_and_is_not_quoted(string? text)
    {
        Assert.False(BrokerUri.TryParse(text, out _));

        var error = Assert.Throws<InvalidConfigurationException>(() => new RabbitMqOptions { Uri = text ?? "" }.Validate());
        Assert.Contains("RabbitMq:Uri must be an address such as amqp://", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_of_authorities_without_TLS_is_an_error() => Assert.Equal(
        "RabbitMq:CaFile is set, but the broker's address begins with amqp://, so nothing would be encrypted; it must begin "
            + "with amqps://.",
        BrokerTls.Problem(new Uri("amqp://mq/"), "/ca.crt", "RabbitMq:CaFile"));

    [Fact]
    public void File_of_authorities_that_cannot_be_used_is_an_error()
    {
        var secure = new Uri("amqps://mq/");
        var text = typeof(BrokerUriTests).Assembly.Location;

        Assert.Null(BrokerTls.Problem(secure, "", "RabbitMq:CaFile"));
        Assert.StartsWith(
            "RabbitMq:CaFile names /nowhere/ca.crt, which cannot be read as certificates in PEM: ",
            BrokerTls.Problem(secure, "/nowhere/ca.crt", "RabbitMq:CaFile"),
            StringComparison.Ordinal);
        Assert.Equal(
            $"RabbitMq:CaFile names {text}, which holds no certificate in PEM.",
            BrokerTls.Problem(secure, text, "RabbitMq:CaFile"));
    }
}
