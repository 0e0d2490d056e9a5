using Votes.Ingest.Configuration;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class IngestOptionsTests
{
    private static readonly RabbitMqOptions RabbitMq = new() { Uri = "amqp://guest:hidden@127.0.0.1:5672/" };

    [Fact]
    public void Defaults_are_valid_but_for_what_has_none()
    {
        RabbitMq.Validate();
        new DispatchOptions().Validate();
        new ClusterOptions().Validate();
        AssertTells(() => new RabbitMqOptions().Validate(), "RabbitMq:Uri", "amqp://");
        AssertTells(() => new VoterKeyOptions().Read(), "VoterKey:Secret is missing");
    }

    [Fact]
    public void Call_to_a_grain_is_awaited_for_longer_than_silos_hold_votes()
    {
        new ClusterOptions().ValidateAgainst(ClusterOptions.SilosGiveBackAfter);
        new ClusterOptions().ValidateAgainst(TimeSpan.FromSeconds(4));
        AssertTells(
            () => new ClusterOptions().ValidateAgainst(TimeSpan.FromSeconds(4.001)),
            "Cluster:ResponseTimeout is 00:00:05; it must be at least 00:00:01 more than the silos' Flush:GiveBackAfter, "
                + "00:00:04.0010000");
    }

    [Fact]
    public void A_stall_is_called_no_sooner_than_its_cause_can_be_known()
    {
        var options = new RabbitMqOptions { StallCheckPeriod = TimeSpan.FromSeconds(5.001) };
        options.ValidateAgainst(TimeSpan.FromSeconds(6));
        AssertTells(
            () => (options with { StallCheckPeriod = TimeSpan.FromSeconds(5) }).ValidateAgainst(TimeSpan.FromSeconds(6)),
            "RabbitMq:StallCheckPeriod is 00:00:05", "RabbitMq:CallTimeout, 00:00:10");
        AssertTells(
            () => options.ValidateAgainst(TimeSpan.FromSeconds(10)), "Cluster:ResponseTimeout, 00:00:10, and a second");
    }

    [Fact]
    public void Every_limit_names_key_value_and_bound()
    {
        AssertTells(
            () => (RabbitMq with { Lanes = 0 }).Validate(), "RabbitMq:Lanes is 0; it must be between 1 and 64.");
        AssertTells(() => (RabbitMq with { Lanes = 65 }).Validate(), "RabbitMq:Lanes is 65");
        AssertTells(() => (RabbitMq with { PrefetchPerLane = 65_536 }).Validate(), "between 1 and 65535");
        AssertTells(() => (RabbitMq with { DeliveryBatchMessages = 0 }).Validate(), "RabbitMq:DeliveryBatchMessages");
        AssertTells(
            () => (RabbitMq with { DeliveryBatchWait = TimeSpan.Zero }).Validate(),
            "RabbitMq:DeliveryBatchWait is 00:00:00; it must be between 00:00:00.0010000 and 00:00:10.");
        AssertTells(() => (RabbitMq with { QueueType = "stream" }).Validate(), "QueueType is stream", "quorum");
        AssertTells(() => (RabbitMq with { DeadLetterQueue = "votes.aggregation" }).Validate(), "another queue");
        AssertTells(
            () => (RabbitMq with { ReconnectMaxDelay = TimeSpan.FromMilliseconds(100) }).Validate(),
            "RabbitMq:ReconnectMaxDelay is 00:00:00.1000000",
            "RabbitMq:ReconnectMinDelay, 00:00:00.2000000");
        AssertTells(() => new DispatchOptions { CallsInFlightPerLaw = 0 }.Validate(), "CallsInFlightPerLaw is 0");
        AssertTells(() => new DispatchOptions { CallsInFlight = 0 }.Validate(), "Dispatch:CallsInFlight is 0");
        AssertTells(() => new DispatchOptions { CallsInFlight = 100_001 }.Validate(), "Dispatch:CallsInFlight is 100001");
        AssertTells(() => new DispatchOptions { CallsInFlightAtLeast = 0 }.Validate(), "CallsInFlightAtLeast is 0");
        AssertTells(() => new DispatchOptions { CallsInFlightAtLeast = 1_001 }.Validate(), "CallsInFlightAtLeast is 1001");
        AssertTells(() => new DispatchOptions { ColdCallsInFlight = 0 }.Validate(), "ColdCallsInFlight is 0");
        AssertTells(() => new DispatchOptions { ColdCallsInFlight = 10_001 }.Validate(), "ColdCallsInFlight is 10001");
        AssertTells(
            () => new ClusterOptions { ResponseTimeout = TimeSpan.FromSeconds(1) }.Validate(),
            "Cluster:ResponseTimeout is 00:00:01");
        AssertTells(() => new ClusterOptions { ClusterId = " " }.Validate(), "Cluster:ClusterId is missing");
    }

    [Fact]
    public void Calls_in_flight_may_be_at_their_bounds()
    {
        new DispatchOptions { CallsInFlight = 1, CallsInFlightAtLeast = 1, ColdCallsInFlight = 1, CallsInFlightPerLaw = 1 }
            .Validate();
        new DispatchOptions
        {
            CallsInFlight = 100_000,
            CallsInFlightAtLeast = 1_000,
            ColdCallsInFlight = 10_000,
            CallsInFlightPerLaw = 100,
        }.Validate();
    }

    [Fact]
    public void All_that_is_wrong_with_a_section_is_told_at_once() =>
        AssertTells(
            () => (RabbitMq with { Lanes = 0, Queue = "" }).Validate(), "Lanes is 0", "Queue is missing");

    [Fact]
    public void Address_is_not_told_because_it_holds_a_password()
    {
        var e = Assert.Throws<InvalidConfigurationException>(
            () => (RabbitMq with { Uri = "http://guest:hidden@127.0.0.1/" }).Validate());
        Assert.DoesNotContain("hidden", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secret_has_at_least_32_bytes_of_base64_and_is_never_told()
    {
        var secret = new VoterKeyOptions { Secret = Convert.ToBase64String(new byte[31]) };
        AssertTells(() => secret.Read(), "VoterKey:Secret has 31 bytes; it must have at least 32.");
        Assert.NotNull(new VoterKeyOptions { Secret = Convert.ToBase64String(new byte[32]) }.Read());
        Assert.NotNull(new VoterKeyOptions { Secret = Convert.ToBase64String(new byte[33]) }.Read());

        var typo = new VoterKeyOptions { Secret = "hidden but not base64!" };
        AssertTells(() => typo.Read(), "VoterKey:Secret is not base64.");
        Assert.DoesNotContain("hidden", typo.ToString(), StringComparison.Ordinal);
    }

    private static void AssertTells(Action validate, params string[] parts)
    {
        var e = Assert.Throws<InvalidConfigurationException>(validate);
        foreach (var part in parts)
        {
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("hidden", e.Message, StringComparison.Ordinal);
    }
}
