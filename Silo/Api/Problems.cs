using Votes.Silo.Access;

namespace Votes.Silo.Api;

/// <summary>Errors as problem+json (RFC 9457), with a detail that says what to do.</summary>
public static class Problems
{
    private const string CodeField = "code";

    /// <summary>A problem as a route's result.</summary>
    public static IResult Of(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    /// <summary>A problem with a code of its own, one of <see cref="ProblemCodes"/>.</summary>
    public static IResult Of(int status, string detail, string code) => TypedResults.Problem(
        detail, statusCode: status, extensions: [KeyValuePair.Create<string, object?>(CodeField, code)]);

    /// <summary>A problem with a code, and the number of votes that wait; null: it is not known.</summary>
    public static IResult OfWaiting(string detail, string code, long? waiting) => TypedResults.Problem(
        detail,
        statusCode: StatusCodes.Status409Conflict,
        extensions: [KeyValuePair.Create<string, object?>(CodeField, code), KeyValuePair.Create<string, object?>("waiting", waiting)]);

    /// <summary>A law that is not there.</summary>
    public static IResult UnknownLaw() => Of(
        StatusCodes.Status404NotFound,
        "There is no law with this id. GET /api/laws lists those that there are.",
        ProblemCodes.UnknownLaw);

    /// <summary>A law that is there, and whose grain has not read it yet.</summary>
    public static IResult LawIsNew() => Of(
        StatusCodes.Status503ServiceUnavailable, "The law was registered a moment ago, and its totals are not there yet. Try again.");

    /// <summary>A law that is not there, of several that were asked for.</summary>
    public static IResult UnknownLaw(string lawId) => Of(
        StatusCodes.Status404NotFound,
        $"There is no law '{lawId}'. GET /api/laws lists those that there are.",
        ProblemCodes.UnknownLaw);

    /// <summary>Writes a problem where there is no route; its detail may be missing where the title says it all.</summary>
    public static Task WriteAsync(HttpContext context, int status, string? detail, string? code = null)
    {
        SecurityHeaders.Set(context.Response.Headers);
        var problem = code is null ? TypedResults.Problem(detail, statusCode: status) : Of(status, detail ?? "", code);
        return problem.ExecuteAsync(context);
    }

    /// <summary>Gives a problem what every problem has: a code, and a detail where the framework found it.</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        context.ProblemDetails.Detail ??= DetailOf(context.HttpContext.Response.StatusCode);
        context.ProblemDetails.Extensions.TryAdd(
            CodeField, ProblemCodes.Of(context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode));
    }

    /// <summary>The detail of a problem that the server found before any route did.</summary>
    private static string? DetailOf(int status) => status switch
    {
        StatusCodes.Status404NotFound => "There is nothing at this address. GET /openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => "This address does not take this method; the header Allow names those it does.",
        StatusCodes.Status413PayloadTooLarge => "The body is larger than this silo takes (Api:MaxRequestBytes).",
        StatusCodes.Status415UnsupportedMediaType => "The body must be JSON, with Content-Type: application/json.",
        _ => null,
    };
}
