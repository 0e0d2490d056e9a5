using Votes.Silo.Access.Trail;
using Xunit;

namespace Votes.Tests.Silo.Access.Trail;

public sealed class RefusalWindowTests
{
    [Fact]
    public void One_client_fills_its_share_and_not_the_log()
    {
        var window = new RefusalWindow(mostOfAll: 5, mostOfOne: 2);

        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => window.Admits("a")));
        Assert.True(window.Admits("b"));
        Assert.Equal(2, window.Turn());
    }

    [Fact]
    public void All_clients_together_have_a_most_and_begin_anew_each_minute()
    {
        var window = new RefusalWindow(mostOfAll: 3, mostOfOne: 2);

        Assert.Equal(3, Enumerable.Range(0, 1_000).Count(client => window.Admits($"{client}")));
        Assert.Equal(997, window.Turn());
        Assert.Equal(0, window.Turn());
        Assert.True(window.Admits("0"));
    }
}
