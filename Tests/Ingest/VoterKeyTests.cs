using System.Security.Cryptography;
using System.Text;
using Votes.Ingest.VoterKeys;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class VoterKeyTests
{
    [Fact]
    public void Key_is_the_first_half_of_the_HMAC()
    {
        // RFC 4231, test case 6: a key of 131 bytes 0xaa.
        var key = new VoterKey(Enumerable.Repeat((byte)0xaa, 131).ToArray());

        var voter = key.CreateHasher().Hash("Test Using Larger Than Block-Size Key - Hash Key First"u8);

        Assert.Equal(Guid.Parse("60e43159-1ee0-b67f-0d8a-26aacbf5b77f"), voter);
    }

    [Fact]
    public void Hasher_keeps_nothing_of_one_voter_for_the_next()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var hasher = new VoterKey(secret).CreateHasher();
        foreach (var id in new[] { "ann", "bob", "ann", new string('x', 1024) })
        {
            var expected = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(id))[..16];
            Assert.Equal(expected, hasher.Hash(Encoding.UTF8.GetBytes(id)).ToByteArray(bigEndian: true));
        }
    }

    [Fact]
    public void Fingerprint_is_the_HMAC_of_the_fixed_text()
    {
        var secret = RandomNumberGenerator.GetBytes(32);

        Assert.Equal(
            HMACSHA256.HashData(secret, "votes voter key fingerprint v1"u8), new VoterKey(secret).Fingerprint());
    }

    [Fact]
    public void Secret_below_32_bytes_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VoterKey(new byte[31]));
        Assert.NotNull(new VoterKey(new byte[32]));
        Assert.NotNull(new VoterKey(new byte[33]));
    }
}
