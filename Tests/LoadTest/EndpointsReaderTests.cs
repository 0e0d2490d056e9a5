using Votes.LoadTest;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class EndpointsReaderTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    private static readonly Dictionary<string, string> File = new()
    {
        ["POSTGRES_URL"] = "postgresql://votes:secret@127.0.0.1:5499/votes",
        ["AMQP_URL"] = "amqp://guest:guest@127.0.0.1:5672/",
        ["METRICS_URLS"] = "http://127.0.0.1:8001/metrics, http://127.0.0.1:8080/metrics",
    };

    [Fact]
    public void Operator_s_address_that_lies_behind_the_broker_s_own_is_another_broker_s()
    {
        var environment = new Dictionary<string, string> { ["AMQP_URL"] = "amqp://here/" };
        var file = new Dictionary<string, string>
        {
            ["POSTGRES_URL"] = "postgresql://localhost/votes",
            ["AMQP_URL"] = "amqp://there/",
            ["AMQP_OPERATOR_URL"] = "amqp://operator@there/",
        };

        Assert.Null(EndpointsReader.Resolve(environment, file).AmqpOperatorUrl);
        Assert.Equal("amqp://operator@there/", EndpointsReader.Resolve(file).AmqpOperatorUrl?.ToString());
        environment["AMQP_OPERATOR_URL"] = "amqp://operator@here/";
        Assert.Equal("amqp://operator@here/", EndpointsReader.Resolve(environment, file).AmqpOperatorUrl?.ToString());
    }

    [Fact]
    public void A_file_has_names_and_values()
    {
        var values = EndpointsReader.ParseFile(
            ["# the cluster", "", "AMQP_URL=amqp://a:b=c@host/", "export SILO_HTTP = 'http://x'", "no value"]);

        Assert.Equal(
            new Dictionary<string, string> { ["AMQP_URL"] = "amqp://a:b=c@host/", ["SILO_HTTP"] = "http://x" }, values);
    }

    [Fact]
    public void The_first_source_that_has_a_value_wins()
    {
        var options = new Dictionary<string, string> { ["AMQP_URL"] = "amqp://other/" };
        var environment = new Dictionary<string, string> { ["AMQP_URL"] = "amqp://third/", ["METRICS_URLS"] = "" };

        var endpoints = EndpointsReader.Resolve(options, environment, File);

        Assert.Equal("amqp://other/", endpoints.AmqpUrl.ToString());
        Assert.Equal(File["POSTGRES_URL"], endpoints.PostgresUrl);
        Assert.Equal(2, endpoints.MetricsUrls.Count);
        Assert.Empty(endpoints.SiloHttp);
        Assert.Equal("votes.aggregation", endpoints.Queue);
    }

    [Theory]
    [InlineData("POSTGRES_URL")]
    [InlineData("AMQP_URL")]
    public void A_missing_address_is_named(string name)
    {
        var values = new Dictionary<string, string>(File);
        values.Remove(name);

        var failure = Assert.Throws<FormatException>(() => EndpointsReader.Resolve(Nothing, values));
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AMQP_URL", "http://127.0.0.1")]
    [InlineData("AMQP_URL", "not an address")]
    [InlineData("METRICS_URLS", "127.0.0.1:8001")]
    [InlineData("POSTGRES_URL", "not an address")]
    public void A_wrong_address_is_named(string name, string value)
    {
        var wrong = new Dictionary<string, string> { [name] = value };

        var failure = Assert.Throws<FormatException>(() => EndpointsReader.Resolve(wrong, File));
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }
}
