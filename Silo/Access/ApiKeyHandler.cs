using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Votes.Silo.Access;

/// <summary>Knows callers by a key in the header X-Api-Key, or in Authorization as a bearer's. Never logs it.</summary>
public sealed class ApiKeyHandler(
    KeyRing keys,
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "ApiKey";

    /// <summary>The header.</summary>
    public const string Header = "X-Api-Key";

    private const string Bearer = "Bearer ";

    /// <summary>The bearer token of a request; null where it has none.</summary>
    public static string? BearerToken(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : null;
    }

    /// <summary>A caller as the authorization sees it, by its role, and as the operator log names it.</summary>
    public static ClaimsPrincipal Principal(string role, string who, string scheme) =>
        new(new ClaimsIdentity([new Claim(Roles.Claim, role), new Claim(Caller.Claim, who)], scheme));

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers[Header].ToString();
        var key = header.Length > 0 ? header : BearerToken(Request);
        if (key is null)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        return Task.FromResult(keys.RoleOf(key) is { } role
            ? AuthenticateResult.Success(new AuthenticationTicket(Principal(role, KeyRing.NameOf(key), SchemeName), SchemeName))
            : AuthenticateResult.Fail("The key is not known."));
    }
}
