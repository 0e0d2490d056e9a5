using Votes.Silo.Api.Live;
using Xunit;

namespace Votes.Tests.Silo.Api;

public sealed class LiveShareTests
{
    [Theory]
    [InlineData(5_000, 0, 500)]
    [InlineData(1_000, 0, 100)]
    [InlineData(9, 0, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(900, 100, 100)]
    public void A_clients_share_is_a_tenth_of_what_the_others_leave_and_at_least_one(int free, int own, int share) =>
        Assert.Equal(share, LiveShare.Of(free, own));

    [Fact]
    public void Few_clients_do_not_take_all_streams()
    {
        var free = 5_000;
        for (var client = 0; client < 25; client++)
        {
            var own = 0;
            while (own < Math.Min(200, LiveShare.Of(free, own)))
            {
                own++;
                free--;
            }
        }

        Assert.InRange(free, 500, 5_000);
    }
}
