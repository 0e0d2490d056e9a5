using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Votes.Tests.Silo.Access;

/// <summary>An OpenID Connect issuer with a key of its own, on loopback.</summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RsaSecurityKey _key;

    private TokenIssuer(WebApplication app, RsaSecurityKey key)
    {
        _app = app;
        _key = key;
    }

    public string Address => _app.Urls.First();

    public static async Task<TokenIssuer> StartAsync()
    {
        var key = new RsaSecurityKey(RSA.Create(2048)) { KeyId = "tests" };
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", (HttpRequest request) => Results.Json(new
        {
            issuer = $"http://{request.Host}",
            jwks_uri = $"http://{request.Host}/keys",
        }));
        var parameters = key.Rsa.ExportParameters(false);
        app.MapGet("/keys", () => Results.Json(new
        {
            keys = new[]
            {
                new
                {
                    kty = "RSA",
                    use = "sig",
                    kid = key.KeyId,
                    n = Base64UrlEncoder.Encode(parameters.Modulus),
                    e = Base64UrlEncoder.Encode(parameters.Exponent),
                },
            },
        }));
        await app.StartAsync();
        return new TokenIssuer(app, key);
    }

    public string Token(string audience, string role, params (string Name, object Value)[] claims) =>
        Token(audience, role, TimeProvider.System.GetUtcNow().UtcDateTime, claims);

    /// <summary>A token that ended an hour ago.</summary>
    public string ExpiredToken(string audience, string role) =>
        Token(audience, role, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2), []);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Rsa.Dispose();
    }

    private string Token(string audience, string role, DateTime begin, (string Name, object Value)[] claims) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = audience,
            NotBefore = begin,
            IssuedAt = begin,
            Expires = begin.AddHours(1),
            Claims = claims.Append(("roles", new[] { role })).ToDictionary(static c => c.Item1, static c => c.Item2),
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
        });
}
