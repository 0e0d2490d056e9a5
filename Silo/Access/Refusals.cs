using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.Options;
using Votes.Silo.Access.Trail;
using Votes.Silo.Api;

namespace Votes.Silo.Access;

/// <summary>Says to whom a route is closed why, and what opens it.</summary>
public sealed class Refusals(IOptions<AccessOptions> options, FailedCredentials failed, TrailQueue trail)
    : IAuthorizationMiddlewareResultHandler
{
    private const string NotConfigured =
        "no operator credentials are configured: set Access:OperatorKeySha256 (Access__OperatorKeySha256) to the SHA-256 of a "
        + "key, or Access:Authority and Access:Audience to accept an OpenID Connect issuer's tokens";

    /// <inheritdoc/>
    public async Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        Note(context, authorizeResult);

        // The sign-in page tells people the same.
        if (NeedsOperator(policy) && !options.Value.HasOperators && !IsForPeople(context.Request))
        {
            await Problems.WriteAsync(context, StatusCodes.Status403Forbidden, NotConfigured, ProblemCodes.NoOperators);
        }
        else if (IsForPeople(context.Request))
        {
            // Readers too, who may have an operator's key as well.
            context.Response.Redirect(SignInPages.AddressFor(context.Request.Path + context.Request.QueryString));
        }
        else if (authorizeResult.Forbidden)
        {
            await Problems.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                "These credentials are valid, but not an operator's.",
                ProblemCodes.OperatorsOnly);
        }
        else
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            var isWrong = FailedCredentials.AreIn(context.Request);
            await Problems.WriteAsync(
                context,
                StatusCodes.Status401Unauthorized,
                isWrong
                    ? "The key or token is not valid."
                    : "A key is needed: send it in the header X-Api-Key, or as Authorization: Bearer.",
                isWrong ? ProblemCodes.KeyInvalid : ProblemCodes.KeyMissing);
        }
    }

    private void Note(HttpContext context, PolicyAuthorizationResult result)
    {
        // Who has no credentials at all has not failed to sign in.
        if (result.Forbidden)
        {
            trail.Refused(context, OperatorActions.Request, "not an operator's credentials");
        }
        else if (FailedCredentials.AreIn(context.Request))
        {
            failed.Count(Caller.Of(context).Client);
            trail.Refused(context, OperatorActions.Request, "wrong key or token");
        }
    }

    private static bool NeedsOperator(AuthorizationPolicy policy) => policy.Requirements
        .OfType<ClaimsAuthorizationRequirement>()
        .Any(static requirement => requirement.AllowedValues?.SequenceEqual([Roles.Operator]) == true);

    /// <summary>Whether a person asks, with a browser, and not a program.</summary>
    public static bool IsForPeople(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
