using Votes.Silo.Api;

namespace Votes.Silo.Operators;

/// <summary>
/// Lets a browser's request change something only where it comes from this site's own pages. Beside it stand the sign-in's
/// cookie, which is same-site strict, and the body's type, which no form can send.
/// </summary>
public static class FromOurPages
{
    private const string Header = "Sec-Fetch-Site";

    /// <summary>
    /// The filter. Programs send no such header; "none" is a person who typed the address or opened a bookmark.
    /// </summary>
    public static ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var site = context.HttpContext.Request.Headers[Header].ToString();
        return site is "" or "same-origin" or "none"
            ? next(context)
            : ValueTask.FromResult<object?>(Problems.Of(
                StatusCodes.Status403Forbidden,
                "This was sent by another site's page; it changes nothing here.",
                ProblemCodes.OtherSite));
    }
}
