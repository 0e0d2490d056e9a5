using Votes.Silo.Access.Trail;
using Xunit;

namespace Votes.Tests.Silo.Access.Trail;

public sealed class LogTextTests
{
    [Fact]
    public void What_the_database_cannot_hold_is_replaced() =>
        Assert.Equal("a\ufffdb\ufffdc\ufffd", LogText.Clean("a\0b\nc\ud800"));

    [Fact]
    public void Text_is_cut_at_its_most_characters()
    {
        Assert.Equal(199, LogText.Clean(new string('x', 199)).Length);
        Assert.Equal($"{new string('x', 199)}…", LogText.Clean(new string('x', 200)));
        Assert.Equal($"{new string('x', 199)}…", LogText.Clean(new string('x', 70_000)));
    }

    [Fact]
    public void Details_are_an_object_without_what_is_not_there() =>
        Assert.Equal("""{"title":"A","count":3}""", LogText.Json([("title", "A"), ("law", null), ("count", 3L)]));
}
