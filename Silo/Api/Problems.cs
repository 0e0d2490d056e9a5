using Votes.Silo.Access;

namespace Votes.Silo.Api;

/// <summary>Errors as problem+json (RFC 9457), with a detail that says what to do.</summary>
public static class Problems
{
    /// <summary>A problem as a route's result.</summary>
    public static IResult Of(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    /// <summary>A law that is not there.</summary>
    public static IResult UnknownLaw() =>
        Of(StatusCodes.Status404NotFound, "There is no law with this id. GET /api/laws lists those that there are.");

    /// <summary>A law that is not there, of several that were asked for.</summary>
    public static IResult UnknownLaw(string lawId) =>
        Of(StatusCodes.Status404NotFound, $"There is no law '{lawId}'. GET /api/laws lists those that there are.");

    /// <summary>Writes a problem where there is no route; its detail may be missing where the title says it all.</summary>
    public static Task WriteAsync(HttpContext context, int status, string? detail)
    {
        SecurityHeaders.Set(context.Response.Headers);
        return TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);
    }
}
