using System.Text;
using Votes.Ops;
using Xunit;

namespace Votes.Tests.Ops;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("Zürich 投票 👍 [red]law[/] \\ \"yes\"", "Zürich 投票 👍 [red]law[/] \\ \"yes\"")]
    [InlineData("\u001b[2J\u001b]0;title\u0007", "<U+001B>[2J<U+001B>]0;title<U+0007>")]
    [InlineData("a\r\nb\tc\0", "a<U+000D><U+000A>b<U+0009>c<U+0000>")]
    [InlineData("\u009b31m", "<U+009B>31m")]
    [InlineData("abc\u202edef\u2066\u200b", "abc<U+202E>def<U+2066><U+200B>")]
    [InlineData("\u2028\u2029\ufeff\ue000", "<U+2028><U+2029><U+FEFF><U+E000>")]
    [InlineData("\U000e0041", "<U+E0041>")]
    public void What_could_move_hide_or_turn_text_is_shown_as_its_code(string text, string expected) =>
        Assert.Equal(expected, SafeText.Of(text));

    [Fact]
    public void Half_of_a_surrogate_pair_is_shown_as_its_code() =>
        Assert.Equal("a<U+D83D>b<U+DC4D>", SafeText.Of("a" + '\ud83d' + "b" + '\udc4d'));

    [Theory]
    [InlineData(4, "abc👍…")]
    [InlineData(5, "abc👍e")]
    [InlineData(0, "…")]
    public void Long_text_ends_in_an_ellipsis(int most, string expected) =>
        Assert.Equal(expected, SafeText.Of("abc👍e", most));

    [Fact]
    public void Only_utf8_is_text()
    {
        Assert.True(SafeText.TryDecode(Encoding.UTF8.GetBytes("hé"), out var text));
        Assert.Equal("hé", text);
        Assert.False(SafeText.TryDecode([0xff, 0x41], out _));
        Assert.False(SafeText.TryDecode([0xed, 0xa0, 0x80], out _));
    }
}
