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

        var voter = key.CreateHasher(VoterKeyForm.Bytes).Hash("law-1", "Test Using Larger Than Block-Size Key - Hash Key First"u8);

        Assert.Equal(Guid.Parse("60e43159-1ee0-b67f-0d8a-26aacbf5b77f"), voter);
    }

    [Fact]
    public void Hasher_keeps_nothing_of_one_voter_for_the_next()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var hasher = new VoterKey(secret).CreateHasher(VoterKeyForm.Bytes);
        foreach (var id in new[] { "ann", "bob", "ann", new string('x', 1024) })
        {
            Assert.Equal(Expected(secret, id), Key(hasher, id));
        }
    }

    [Theory]
    [InlineData("Jos\u00e9", "Jose\u0301")]
    [InlineData("\u00c5ngstr\u00f6m", "\u212bngstro\u0308m")]
    [InlineData("\uac01", "\u1100\u1161\u11a8")]
    [InlineData("q\u0323\u0307", "q\u0307\u0323")]
    public void Canonically_equal_ids_are_one_voter_unless_the_database_goes_by_bytes(string one, string other)
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        foreach (var form in new[] { VoterKeyForm.Nfc, VoterKeyForm.NfcPerLaw })
        {
            var hasher = new VoterKey(secret).CreateHasher(form);
            Assert.Equal(Key(hasher, one), Key(hasher, other));
        }

        var bytes = new VoterKey(secret).CreateHasher(VoterKeyForm.Bytes);
        Assert.Equal(Expected(secret, one), Key(bytes, one));
        Assert.Equal(Expected(secret, other), Key(bytes, other));
    }

    [Fact]
    public void Id_in_its_canonical_form_has_the_same_key_by_bytes_and_by_NFC()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var hasher = new VoterKey(secret).CreateHasher(VoterKeyForm.Nfc);
        foreach (var id in new[] { "ann", "Jos\u00e9", "\u674e\u96f7", "\ud83d\ude00", new string('\u00e9', 256) })
        {
            Assert.Equal(Expected(secret, id), Key(hasher, id));
        }
    }

    [Fact]
    public void Keys_of_a_voter_on_two_laws_differ_where_keys_are_made_per_law()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var hasher = new VoterKey(secret).CreateHasher(VoterKeyForm.NfcPerLaw);

        Assert.Equal(Expected(secret, "law-1\0ann"), Key(hasher, "ann"));
        Assert.Equal(Expected(secret, "law-2\0ann"), Key(hasher, "ann", "law-2"));
        Assert.Equal(
            Expected(secret, new string('\u20ac', 128) + '\0' + new string('a', 256)),
            Key(hasher, new string('a', 256), new string('\u20ac', 128)));
    }

    [Fact]
    public void Ids_that_their_canonical_form_differs_from_are_counted()
    {
        var changed = 0;
        var hasher = new VoterKey(new byte[32]).CreateHasher(VoterKeyForm.NfcPerLaw, () => changed++);

        foreach (var id in new[] { "ann", "Jos\u00e9", "Jose\u0301", "\u212b" })
        {
            Key(hasher, id);
        }

        Assert.Equal(2, changed);
    }

    [Fact]
    public void Longest_id_of_the_characters_that_grow_the_most_has_a_key()
    {
        var hasher = new VoterKey(new byte[32]).CreateHasher(VoterKeyForm.NfcPerLaw);
        foreach (var character in new[] { "\ud834\udd60", "\u0390", "\ufb2c" })
        {
            Assert.NotEmpty(Key(hasher, string.Concat(Enumerable.Repeat(character, 256)), new string('\u20ac', 128)));
        }
    }

    [Fact]
    public void Fingerprint_is_the_HMAC_of_the_fixed_text_of_its_form()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var key = new VoterKey(secret);

        Assert.Equal(HMACSHA256.HashData(secret, "votes voter key fingerprint v1"u8), key.Fingerprint(VoterKeyForm.Bytes));
        Assert.Equal(HMACSHA256.HashData(secret, "votes voter key fingerprint v2: nfc"u8), key.Fingerprint(VoterKeyForm.Nfc));
        Assert.Equal(
            HMACSHA256.HashData(secret, "votes voter key fingerprint v3: nfc, per law"u8),
            key.Fingerprint(VoterKeyForm.NfcPerLaw));
    }

    [Fact]
    public void Secret_below_32_bytes_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VoterKey(new byte[31]));
        Assert.NotNull(new VoterKey(new byte[32]));
        Assert.NotNull(new VoterKey(new byte[33]));
    }

    private static byte[] Expected(byte[] secret, string text) =>
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text))[..16];

    private static byte[] Key(VoterKeyHasher hasher, string id, string law = "law-1") =>
        hasher.Hash(law, Encoding.UTF8.GetBytes(id)).ToByteArray(bigEndian: true);
}
