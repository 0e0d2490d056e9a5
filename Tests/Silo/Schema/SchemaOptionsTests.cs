using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Votes.Silo.Schema;
using Xunit;

namespace Votes.Tests.Silo.Schema;

public sealed class SchemaOptionsTests
{
    [Fact]
    public void Absent_section_gives_the_defaults() => Assert.Equal(new SchemaOptions(), Read([]));

    [Theory]
    [InlineData("ServerWait", "00:00:00", "01:00:00")]
    [InlineData("LockWait", "00:00:00", "01:00:00")]
    [InlineData("StatementTimeout", "00:00:01", "01:00:00")]
    [InlineData("RetryInterval", "00:00:00.0100000", "00:01:00")]
    public void Each_value_is_held_to_its_bounds(string key, string least, string most)
    {
        var tick = TimeSpan.FromTicks(1);
        foreach (var inside in new[] { TimeSpan.Parse(least, null), TimeSpan.Parse(most, null) })
        {
            Read(new() { [$"Schema:{key}"] = $"{inside}" });
        }

        foreach (var outside in new[] { TimeSpan.Parse(least, null) - tick, TimeSpan.Parse(most, null) + tick })
        {
            var exception = Assert.Throws<OptionsValidationException>(
                () => Read(new() { [$"Schema:{key}"] = $"{outside}" }));
            Assert.Equal($"Schema:{key} is {outside}; it must be {least} to {most}.", exception.Message);
        }
    }

    private static SchemaOptions Read(Dictionary<string, string?> values) =>
        SchemaOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
}
