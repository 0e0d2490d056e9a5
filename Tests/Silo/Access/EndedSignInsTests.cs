using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Votes.Silo.Access;
using Votes.Silo.Api;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Schema;
using Xunit;

namespace Votes.Tests.Silo.Access;

[NeedsServers]
public sealed class EndedSignInsTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_ends_at_one_silo_is_refused_by_another_seconds_later()
    {
        var time = new FakeTimeProvider();
        await using var database = Database();
        using var here = new EndedSignIns(database, time, NullLogger<EndedSignIns>.Instance);
        using var there = new EndedSignIns(database, time, NullLogger<EndedSignIns>.Instance);
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.False(await there.IsEndedAsync(one, Cancelled));

        await here.EndAsync(one, TimeProvider.System.GetUtcNow().AddHours(1), Cancelled);

        Assert.True(await here.IsEndedAsync(one, Cancelled));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await there.IsEndedAsync(one, Cancelled));
        Assert.True(await here.IsEndedAsync(one, Cancelled));
        Assert.False(await there.IsEndedAsync(other, Cancelled));
    }

    [Fact]
    public async Task What_expired_is_forgotten()
    {
        await using var database = Database();
        using var ended = new EndedSignIns(database, new FakeTimeProvider(), NullLogger<EndedSignIns>.Instance);
        var old = Guid.NewGuid();
        await ended.EndAsync(old, TimeProvider.System.GetUtcNow().AddDays(-2), Cancelled);
        await ended.EndAsync(Guid.NewGuid(), TimeProvider.System.GetUtcNow().AddHours(1), Cancelled);

        Assert.Equal(["0"], await SchemaDatabase.QueryAsync(
            migrated.Database.Owner, "select count(*) from ended_sign_ins where session = $1", old));
    }

    [Theory]
    [InlineData(Roles.Claim)]
    [InlineData(Roles.Claim, "votes-who")]
    [InlineData(Roles.Claim, "votes-session")]
    public async Task A_cookie_that_does_not_tell_whose_it_is_opens_nothing(params string[] claims)
    {
        var scheme = new AuthenticationScheme("Cookies", null, typeof(CookieAuthenticationHandler));
        var principal = new ClaimsPrincipal(new ClaimsIdentity(
            claims.Select(static name => new Claim(name, $"{Guid.NewGuid()}")), scheme.Name));
        var context = new CookieValidatePrincipalContext(
            new DefaultHttpContext(),
            scheme,
            new CookieAuthenticationOptions(),
            new AuthenticationTicket(principal, scheme.Name));

        await EndedSignIns.CheckAsync(context);

        Assert.Null(context.Principal);
    }

    private ApiDatabase Database() => new(
        new ConfigurationBuilder().AddInMemoryCollection(
            [KeyValuePair.Create<string, string?>("ConnectionStrings:Votes", migrated.Database.ServiceConnectionString)]).Build(),
        Options.Create(new ApiOptions()));
}
