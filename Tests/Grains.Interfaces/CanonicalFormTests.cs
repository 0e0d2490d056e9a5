using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Votes.Grains.Interfaces;
using Xunit;

namespace Votes.Tests.GrainsInterfaces;

/// <summary>
/// The composed canonical form. The checksums are of what ICU 78.2 (Unicode 17.0) makes of the same texts; they must hold for
/// ever, since keys of voters rest on them.
/// </summary>
public sealed class CanonicalFormTests
{
    private static readonly (int First, int Last)[] Ranges =
    [
        (0x41, 0x17F), (0x300, 0x345), (0x1E00, 0x1FFF), (0x1100, 0x11FF), (0xAC00, 0xAC40), (0x900, 0xDFF), (0xF40, 0xFBC),
        (0x3040, 0x30FF), (0x1D15E, 0x1D1C0), (0x16D60, 0x16D6F), (0x11380, 0x113E2), (0x61, 0x65), (0x300, 0x32F),
    ];

    private readonly CanonicalForm _form = new(maxCharacters: 256);
    private readonly byte[] _target = new byte[256 * CanonicalForm.MostBytesPerCharacter];

    [Theory]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("e\u0323\u0301", "\u1eb9\u0301")]
    [InlineData("e\u0301\u0323", "\u1eb9\u0301")]
    [InlineData("e\u0301\u0301", "\u00e9\u0301")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("\u2126", "\u03a9")]
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("\u1100\u1161\u11a8\u11a8", "\uac01\u11a8")]
    [InlineData("\ufb01", "\ufb01")]
    [InlineData("", "")]
    public void Text_is_composed(string text, string expected) => Assert.Equal(expected, Of(text));

    [Fact]
    public void Every_character_has_the_form_that_ICU_gives_it()
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var character = 0; character <= 0x10FFFF; character++)
        {
            if (Rune.IsValid(character))
            {
                Append(all, new Rune(character).ToString());
            }
        }

        Assert.Equal("6e0aaa17a82be5b6f410942f1f99ae77832fb630e98780c6eaf6779ab278235d", Hex(all));
    }

    [Fact]
    public void Sequences_have_the_form_that_ICU_gives_them()
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var state = 1UL;
        var text = new StringBuilder();
        for (var i = 0; i < 100_000; i++)
        {
            text.Clear();
            for (var left = 1 + Next(8); left > 0; left--)
            {
                var (first, last) = Ranges[Next(Ranges.Length)];
                text.Append(new Rune(first + Next(last - first + 1)));
            }

            Append(all, text.ToString());
        }

        Assert.Equal("bad9e38d095e72230b8f4f6c5c80883eb6615a4ad69b1d7eb1fee36f79b4fac7", Hex(all));

        int Next(int bound)
        {
            state = (state * 6_364_136_223_846_793_005) + 1_442_695_040_888_963_407;
            return (int)((state >> 33) % (ulong)bound);
        }
    }

    [Fact]
    public void Form_of_a_form_is_itself() =>
        Gen.Int[0, 0x10FFFF].Where(Rune.IsValid).Array[0, 64].Sample(characters =>
        {
            var once = Of(string.Concat(characters.Select(character => new Rune(character))));
            Assert.Equal(once, Of(once));
        });

    // With buffers of its own: properties are tried on several threads.
    private static string Of(string text)
    {
        var target = new byte[256 * CanonicalForm.MostBytesPerCharacter];
        return Encoding.UTF8.GetString(target, 0, new CanonicalForm(256).Write(Encoding.UTF8.GetBytes(text), target));
    }

    private void Append(IncrementalHash all, string text)
    {
        all.AppendData(_target, 0, _form.Write(Encoding.UTF8.GetBytes(text), _target));
        all.AppendData([0]);
    }

    private static string Hex(IncrementalHash all) => Convert.ToHexStringLower(all.GetHashAndReset());
}
