using System.Globalization;
using System.Text;
using CsCheck;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01t00:00:01z", 1_000_000)]
    [InlineData("1969-12-31T23:59:59.999999Z", -1)]
    [InlineData("1970-01-01T00:00:00.5Z", 500_000)]
    [InlineData("1970-01-01T00:00:00.0000019Z", 1)]
    [InlineData("1970-01-01T00:00:00.12345678901234567890Z", 123_456)]
    [InlineData("1970-01-01T01:30:00+01:30", 0)]
    [InlineData("1969-12-31T00:01:00-23:59", 0)]
    [InlineData("1970-01-01T00:00:00-00:00", 0)]
    [InlineData("2024-02-29T12:00:00Z", 1_709_208_000_000_000)]
    [InlineData("2016-12-31T23:59:60Z", 1_483_228_800_000_000)]
    [InlineData("2016-12-31T18:59:60.25-05:00", 1_483_228_800_250_000)]
    [InlineData("0001-01-01T00:00:00.000001Z", -62_135_596_799_999_999)]
    [InlineData("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999)]
    [InlineData("9999-12-31T23:59:59.9999999Z", 253_402_300_799_999_999)]
    public void Timestamp_is_read(string text, long microseconds)
    {
        Assert.True(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out var read));
        Assert.Equal(microseconds, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-03-01")]
    [InlineData("2026-03-01T12:00:00")]
    [InlineData("2026-03-01T12:00:00.5")]
    [InlineData("2026-03-01 12:00:00Z")]
    [InlineData("2026-03-01T12:00Z")]
    [InlineData("2026-03-01T12:00:00.Z")]
    [InlineData("2026-03-01T12:00:00,5Z")]
    [InlineData("2026-03-01T12:00:00ZZ")]
    [InlineData("2026-03-01T12:00:00 Z")]
    [InlineData(" 2026-03-01T12:00:00Z")]
    [InlineData("2026-03-01T12:00:00+0100")]
    [InlineData("2026-03-01T12:00:00+01")]
    [InlineData("2026-03-01T12:00:00+24:00")]
    [InlineData("2026-03-01T12:00:00+01:60")]
    [InlineData("2026-03-01T12:00:00*01:00")]
    [InlineData("2026-3-01T12:00:00.00Z")]
    [InlineData("20260301T120000.000000Z")]
    [InlineData("+2026-03-01T12:00:00Z")]
    [InlineData("2026-00-01T12:00:00Z")]
    [InlineData("2026-13-01T12:00:00Z")]
    [InlineData("2026-03-00T12:00:00Z")]
    [InlineData("2026-04-31T12:00:00Z")]
    [InlineData("2025-02-29T12:00:00Z")]
    [InlineData("1900-02-29T12:00:00Z")]
    [InlineData("2026-03-01T24:00:00Z")]
    [InlineData("2026-03-01T12:60:00Z")]
    [InlineData("2026-03-01T12:00:61Z")]
    [InlineData("2026-03-01T12:00:60Z")]
    [InlineData("2026-03-01T23:59:60+01:00")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00.0000009Z")]
    [InlineData("0001-01-01T01:00:00+01:00")]
    [InlineData("0001-01-01T00:00:00+00:01")]
    [InlineData("9999-12-31T23:59:59-00:01")]
    [InlineData("9999-12-31T23:59:60Z")]
    [InlineData("２０２６-03-01T12:00:00Z")]
    public void Anything_else_is_refused(string text) =>
        Assert.False(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Every_microsecond_comes_back_as_it_was_written() =>
        Gen.Select(
            Gen.DateTime.Select(time => new DateTime(time.Ticks - (time.Ticks % 10), DateTimeKind.Utc)),
            Gen.Int[-14 * 60, 14 * 60])
        .Where((time, _) => time.Year is > 1 and < 9999)
        .Sample((time, minutes) =>
        {
            var written = new DateTimeOffset(time).ToOffset(TimeSpan.FromMinutes(minutes))
                .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
            Assert.True(Rfc3339.TryParse(Encoding.UTF8.GetBytes(written), out var read));
            Assert.Equal((time.Ticks - DateTime.UnixEpoch.Ticks) / 10, read);
        });

    [Fact]
    public void No_sequence_of_bytes_throws()
    {
        byte[] characters = [.. "0123456789-:.TZtz+ "u8];
        Gen.OneOf(Gen.OneOf(characters).Array[0, 40], Gen.Byte.Array[0, 40]).Sample(text =>
            Assert.True(Rfc3339.TryParse(text, out var microseconds) || microseconds == 0));
    }
}
