using Votes.Grains.Interfaces;
using Xunit;

namespace Votes.Tests.GrainsInterfaces;

public sealed class LawTextTests
{
    [Theory]
    [InlineData("law-2026-001")]
    [InlineData("Loi n\u00b0 7 \u2013 \u00c9coles")]
    [InlineData("\u6cd5\u6848\u4e00")]
    [InlineData("\u0628\u0644\u0647")]
    [InlineData("a b")]
    [InlineData("caf\u00e9")]
    [InlineData("\u0e01\u0e34\u0e48")]
    [InlineData("\ud83d\ude00")]
    public void Text_that_can_be_seen_has_no_fault(string text) => Assert.Null(LawText.FaultOf(text, 64));

    [Theory]
    [InlineData("", LawText.Empty)]
    [InlineData(" ", LawText.Empty)]
    [InlineData("\u00a0\u3000", LawText.Empty)]
    [InlineData(" a", LawText.OuterBlank)]
    [InlineData("a ", LawText.OuterBlank)]
    [InlineData("a\tb", LawText.ControlCharacter)]
    [InlineData("a\u0085b", LawText.ControlCharacter)]
    [InlineData("a\u00adb", LawText.InvisibleCharacter)]
    [InlineData("a\u200bb", LawText.InvisibleCharacter)]
    [InlineData("a\u200db", LawText.InvisibleCharacter)]
    [InlineData("a\u202eb", LawText.InvisibleCharacter)]
    [InlineData("a\u2028b", LawText.InvisibleCharacter)]
    [InlineData("a\u2029b", LawText.InvisibleCharacter)]
    [InlineData("a\u00a0b", LawText.InvisibleCharacter)]
    [InlineData("a\u2003b", LawText.InvisibleCharacter)]
    [InlineData("cafe\u0301", LawText.NotComposed)]
    [InlineData("\u1100\u1161", LawText.NotComposed)]
    [InlineData("\u212b", LawText.NotComposed)]
    [InlineData("a\ufeffb", LawText.InvisibleCharacter)]
    [InlineData("a\ue000b", LawText.InvisibleCharacter)]
    [InlineData("a\u0378b", LawText.InvisibleCharacter)]
    [InlineData("a\u034fb", LawText.InvisibleCharacter)]
    [InlineData("a\u3164b", LawText.InvisibleCharacter)]
    [InlineData("a\ufe0fb", LawText.InvisibleCharacter)]
    [InlineData("a\udb40\udd00b", LawText.InvisibleCharacter)]
    public void A_fault_is_named(string text, string code) => Assert.Equal(code, LawText.FaultOf(text, 64)!.Value.Code);

    [Fact]
    public void Half_a_pair_is_no_text() => Assert.Equal(LawText.NotText, LawText.FaultOf("a\ud800b", 64)!.Value.Code);

    [Fact]
    public void The_length_is_that_in_code_points()
    {
        Assert.Null(LawText.FaultOf(string.Concat(Enumerable.Repeat("\ud83d\ude00", 64)), 64));
        Assert.Equal(LawText.TooLong, LawText.FaultOf(string.Concat(Enumerable.Repeat("\ud83d\ude00", 65)), 64)!.Value.Code);
    }

    [Theory]
    [InlineData("yes", "YES")]
    [InlineData("\u00e9cole", "\u00c9COLE")]
    [InlineData("a b", "A  B")]
    public void Capitals_and_the_number_of_blanks_make_no_difference_to_the_eye(string one, string other) =>
        Assert.Equal(LawText.LooksOf(one), LawText.LooksOf(other));

    [Fact]
    public void Other_texts_look_different() => Assert.NotEqual(LawText.LooksOf("yes"), LawText.LooksOf("yess"));
}
