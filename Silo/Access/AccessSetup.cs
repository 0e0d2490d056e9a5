using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Votes.Silo.Access.Trail;
using Votes.Silo.Hosting;

namespace Votes.Silo.Access;

/// <summary>Who callers are (a key, a token, a cookie) and the two policies: operators and the public.</summary>
public static class AccessSetup
{
    private const string AnyScheme = "Any";

    /// <summary>Adds it.</summary>
    public static void AddAccess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddChecked<AccessOptions>(AccessOptions.Section);

        // Read here as well as from the options: schemes and addresses are settled while services are being added.
        var access = new AccessOptions();
        builder.Configuration.GetSection(AccessOptions.Section).Bind(access);
        services.AddSingleton<KeyRing>();
        services.AddSingleton<FailedCredentials>();
        services.AddSingleton<EndedSignIns>();
        services.AddSingleton<OperatorLog>();
        services.AddSingleton<OperatorLogReader>();
        services.AddSingleton<TrailQueue>();
        services.AddHostedService(static provider => provider.GetRequiredService<TrailQueue>());
        AddSchemes(services, access);
        services.AddAuthorizationBuilder()
            .AddPolicy(Roles.OperatorsPolicy, static policy => policy.RequireClaim(Roles.Claim, Roles.Operator))
            .AddPolicy(Roles.PublicPolicy, policy => _ = access.PublicNeedsKey
                ? policy.RequireClaim(Roles.Claim, Roles.Operator, Roles.Reader)
                : policy.RequireAssertion(static _ => true));
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, Refusals>();
        services.AddAntiforgery(static antiforgery =>
        {
            antiforgery.Cookie.Name = "votes-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.HttpOnly = true;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        ShareProtection(services);
        OperationsPort.Listen(builder, access);
    }

    private static void AddSchemes(IServiceCollection services, AccessOptions access)
    {
        var authentication = services.AddAuthentication(AnyScheme)
            .AddPolicyScheme(AnyScheme, null, options =>
                options.ForwardDefaultSelector = context => SchemeOf(context.Request, access.Authority.Length > 0))
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null)
            .AddCookie(options =>
            {
                options.Cookie.Name = "votes-operator";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Strict;
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.ExpireTimeSpan = access.SignInLifetime;
                options.SlidingExpiration = false;
                options.CookieManager = new HostCookies();
                options.Events.OnValidatePrincipal = EndedSignIns.CheckAsync;
            });
        if (access.Authority.Length > 0)
        {
            authentication.AddJwtBearer(options => AcceptTokens(options, access));
        }
    }

    private static void AcceptTokens(JwtBearerOptions options, AccessOptions access)
    {
        options.Authority = access.Authority;
        options.Audience = access.Audience;
        options.MapInboundClaims = false;

        // The options' own check lets http through on the local machine alone.
        options.RequireHttpsMetadata = access.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        options.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                var isOperator = context.Principal!.HasClaim(access.RoleClaim, access.OperatorRole);

                // In the place of what the token says of itself: an issuer must not be able to hand out our own claims.
                context.Principal = ApiKeyHandler.Principal(
                    isOperator ? Roles.Operator : Roles.Reader,
                    $"token:{context.Principal.FindFirstValue("sub") ?? "without a subject"}",
                    JwtBearerDefaults.AuthenticationScheme);
                return Task.CompletedTask;
            },
        };
    }

    private static string SchemeOf(HttpRequest request, bool takesTokens)
    {
        if (request.Headers.ContainsKey(ApiKeyHandler.Header))
        {
            return ApiKeyHandler.SchemeName;
        }

        return ApiKeyHandler.BearerToken(request) switch
        {
            null => CookieAuthenticationDefaults.AuthenticationScheme,
            // A signed token has three parts; keys may have a dot too, so two dots alone make it one.
            { } token when takesTokens && token.Count(static c => c == '.') == 2 => JwtBearerDefaults.AuthenticationScheme,
            _ => ApiKeyHandler.SchemeName,
        };
    }

    private static void ShareProtection(IServiceCollection services)
    {
        services.RemoveAll<IDataProtectionProvider>();
        services.AddSingleton<IDataProtectionProvider>(
            static provider => new SharedProtection(provider.GetRequiredService<KeyRing>().SharedSecret()));

        // It would make a key ring on this machine's disk at start, which nobody uses.
        foreach (var unused in services.Where(static service =>
            service.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            services.Remove(unused);
        }
    }
}
