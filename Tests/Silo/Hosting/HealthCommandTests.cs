using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class HealthCommandTests
{
    [Theory]
    [InlineData(null, null, "http://127.0.0.1:8080/health/ready")]
    [InlineData("", "", "http://127.0.0.1:8080/health/ready")]
    [InlineData(null, "http://10.0.0.7:81", "http://10.0.0.7:81/health/ready")]
    [InlineData(null, "http://+:82;https://+:83", "http://127.0.0.1:82/health/ready")]
    [InlineData(null, "http://*:84/", "http://127.0.0.1:84/health/ready")]
    [InlineData(null, "http://[::]:85", "http://127.0.0.1:85/health/ready")]
    [InlineData("http://0.0.0.0:9090", "http://+:8080", "http://127.0.0.1:9090/health/ready")]
    public void Readiness_is_asked_for_where_the_process_serves_it(string? operations, string? urls, string expected) =>
        Assert.Equal(new Uri(expected), HealthCommand.AddressOf(operations, urls, "http://127.0.0.1:8080"));
}
