using Votes.Telemetry.Tracing;
using Xunit;

namespace Votes.Tests.Telemetry;

public sealed class TracingOptionsTests
{
    [Fact]
    public void Nothing_is_traced_unless_an_endpoint_is_named()
    {
        var options = new TracingOptions();
        options.Validate();

        Assert.False(options.IsOn);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4318", TracingProtocol.HttpProtobuf, "http://127.0.0.1:4318/v1/traces")]
    [InlineData("http://127.0.0.1:4318/", TracingProtocol.HttpProtobuf, "http://127.0.0.1:4318/v1/traces")]
    [InlineData("https://host/otlp/v1/traces", TracingProtocol.HttpProtobuf, "https://host/otlp/v1/traces")]
    [InlineData("http://127.0.0.1:4317", TracingProtocol.Grpc, "http://127.0.0.1:4317/")]
    public void Traces_go_where_collectors_take_them(string endpoint, TracingProtocol protocol, string address) =>
        Assert.Equal(address, new TracingOptions { OtlpEndpoint = endpoint, Protocol = protocol }.ToExportAddress().ToString());

    [Theory]
    [InlineData("127.0.0.1:4318", 0.5, "Tracing:OtlpEndpoint is '127.0.0.1:4318'; it must be empty or an http")]
    [InlineData("ftp://host", 0.5, "Tracing:OtlpEndpoint is 'ftp://host'; it must be empty or an http")]
    [InlineData("", -0.01, "Tracing:SampleRatio is '-0.01'; it must be from 0 to 1.")]
    [InlineData("", 1.01, "Tracing:SampleRatio is '1.01'; it must be from 0 to 1.")]
    [InlineData("", double.NaN, "Tracing:SampleRatio is 'NaN'; it must be from 0 to 1.")]
    public void What_cannot_be_used_is_named(string endpoint, double ratio, string message)
    {
        var options = new TracingOptions { OtlpEndpoint = endpoint, SampleRatio = ratio };

        Assert.StartsWith(
            message, Assert.Throws<InvalidOperationException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Share_reaches_from_none_to_all(double ratio) => new TracingOptions { SampleRatio = ratio }.Validate();
}
