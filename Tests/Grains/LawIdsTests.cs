using Votes.Grains;
using Xunit;

namespace Votes.Tests.Grains;

public sealed class LawIdsTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void A_law_id_has_1_to_128_characters(int length, bool valid)
    {
        Assert.Equal(valid, LawIds.IsValid(new string('a', length)));
        Assert.Equal(valid, LawIds.IsValid(string.Concat(Enumerable.Repeat("\U0001F5F3", length))));
    }

    [Fact]
    public void Control_characters_and_half_pairs_are_no_law_ids() =>
        Assert.All(
            ["a\0b", "a\nb", "a\u007fb", "a\u0085b", "a\ud800b", "\udc00"],
            static lawId => Assert.False(LawIds.IsValid(lawId)));

    [Fact]
    public void White_space_alone_is_no_law_id()
    {
        Assert.All([" ", "   ", "\u00a0", "\u3000\u2003"], static lawId => Assert.False(LawIds.IsValid(lawId)));
        Assert.All([" a", "a ", "a b"], static lawId => Assert.True(LawIds.IsValid(lawId)));
    }
}
