using Npgsql;
using Votes.LoadTest;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class PostgresAddressTests
{
    [Fact]
    public void A_url_is_read()
    {
        var address = PostgresAddress.Parse(
            "postgresql://vo%40tes:se%3Acret:x@db.example:5499/my%20votes?sslmode=verify-full&application_name=x");

        Assert.Equal("db.example", address.Host);
        Assert.Equal(5499, address.Port);
        Assert.Equal("vo@tes", address.Username);
        Assert.Equal("se:cret:x", address.Password);
        Assert.Equal("my votes", address.Database);
        Assert.Equal(SslMode.VerifyFull, address.SslMode);
        Assert.Equal("x", address.ApplicationName);
    }

    [Fact]
    public void What_a_url_leaves_out_keeps_its_default()
    {
        var address = PostgresAddress.Parse("postgres://[::1]/votes");

        Assert.Equal("::1", address.Host);
        Assert.Equal(5432, address.Port);
        Assert.Null(address.Username);
        Assert.Null(address.Password);
    }

    [Fact]
    public void An_Npgsql_string_is_read()
    {
        var address = PostgresAddress.Parse("Host=127.0.0.1;Port=1;Username=u;Password=p;Database=d");

        Assert.Equal(("127.0.0.1", 1, "u", "d"), (address.Host, address.Port, address.Username, address.Database));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("postgresql://u:secret@host:port/x")]
    [InlineData("postgresql://u:secret@host/x?sslmode=maybe")]
    [InlineData("postgresql://u:secret@host/x?nonsense=1")]
    public void A_wrong_address_is_refused_without_repeating_it(string text)
    {
        var failure = Assert.Throws<FormatException>(() => PostgresAddress.Parse(text));
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }
}
