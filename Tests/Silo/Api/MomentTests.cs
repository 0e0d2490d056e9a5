using Votes.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Api;

public sealed class MomentTests
{
    [Theory]
    [InlineData("2026-12-24T18:00:00Z", 0)]
    [InlineData("2026-12-24t18:00:00z", 0)]
    [InlineData("2026-12-24T19:00:00+01:00", 0)]
    [InlineData("2026-12-24T18:00:00.25-00:00", 250)]
    public void A_moment_of_rfc_3339_is_read(string text, int milliseconds)
    {
        Assert.True(Moment.TryParse(text, out var moment));
        Assert.Equal(new DateTimeOffset(2026, 12, 24, 18, 0, 0, milliseconds, TimeSpan.Zero), moment.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.12.2026")]
    [InlineData("2026-12-24")]
    [InlineData("2026-12-24T18:00:00")]
    [InlineData("2026-12-24 18:00:00Z")]
    [InlineData("2026-12-24T18:00Z")]
    [InlineData("2026-02-30T18:00:00Z")]
    [InlineData("2026-12-24T18:00:00+01")]
    [InlineData("Thu, 24 Dec 2026 18:00:00 GMT")]
    public void What_would_have_to_be_guessed_is_no_moment(string text) => Assert.False(Moment.TryParse(text, out _));
}
