using Votes.Ingest;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>What is read from the sentences of brokers, RabbitMQ 3.10 to 4.3.</summary>
public sealed class QueueDifferenceTests
{
    private const string Begin = "PRECONDITION_FAILED - inequivalent arg ";

    [Theory]
    [InlineData("'x-queue-type' for queue 'votes' in vhost '/': received 'quorum' but current is 'stream'", "x-queue-type", "stream")]
    [InlineData(
        "'x-delivery-limit' for queue 'votes' in vhost '/': received the value '-1' of type 'signedint' but current is none",
        "x-delivery-limit",
        null)]
    [InlineData(
        "'x-delivery-limit' for queue 'votes' in vhost '/': received none but current is the value '5' of type 'signedint'",
        "x-delivery-limit",
        5L)]
    [InlineData("'x-delivery-limit' for queue 'votes' in vhost '/': received '-1' but current is '5'", "x-delivery-limit", 5L)]
    [InlineData(
        "'x-dead-letter-exchange' for queue 'a: received none' in vhost '/': received none but current is the value '5' of type 'longstr'",
        "x-dead-letter-exchange",
        "5")]
    [InlineData(
        "'x-single-active-consumer' for queue 'votes' in vhost '/': received none but current is the value 'true' of type 'bool'",
        "x-single-active-consumer",
        true)]
    public void Argument_and_what_the_queue_has_of_it_are_read(string sentence, string argument, object? current)
    {
        var difference = QueueDifference.Read(Begin + sentence);

        Assert.Equal(new QueueDifference(argument, current, Begin + sentence), difference);
    }

    [Theory]
    [InlineData("PRECONDITION_FAILED - invalid arg 'x-max-age' for queue 'votes' in vhost '/' of queue type rabbit_quorum_queue")]
    [InlineData("NOT_FOUND - no queue 'votes' in vhost '/'")]
    public void Other_sentences_are_none(string sentence) => Assert.Null(QueueDifference.Read(sentence));

    [Fact]
    public void Missing_limit_is_no_lack_of_a_classic_queue()
    {
        var missing = new QueueDifference("x-delivery-limit", null, "");

        Assert.Same(missing, new QueueDifferences([missing]).MissingDeliveryLimit);
        Assert.Null(new QueueDifferences([new("x-queue-type", "classic", ""), missing]).MissingDeliveryLimit);
    }

    [Fact]
    public void Queue_is_declared_next_with_what_it_has()
    {
        var made = new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = -1 };

        Assert.Equal(
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-max-length"] = 9L },
            new QueueDifferences([new("x-max-length", 9L, ""), new("x-delivery-limit", null, "")]).Adopt(made));
        Assert.Equal(
            new Dictionary<string, object?> { ["x-queue-type"] = "classic" },
            new QueueDifferences([new("x-queue-type", "classic", "")]).Adopt(made));
    }
}
