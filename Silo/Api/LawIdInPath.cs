using System.Reflection;
using Microsoft.AspNetCore.Http.Features;
using Votes.Grains;

namespace Votes.Silo.Api;

/// <summary>
/// The law id in a path /api/laws/{id}/... as its author wrote it. Law ids may hold any character but controls, so they
/// arrive percent-encoded, and the server leaves %2F alone when it decodes the rest: a%2Fb and a%252Fb would be one law.
/// Read from the request's raw target, they are two.
/// </summary>
/// <param name="Value">A valid law id.</param>
public sealed record LawIdInPath(string Value)
{
    /// <summary>What a law id must be, for people.</summary>
    internal const string Rule = "A law id has 1 to 128 characters, not all of them spaces, and no control characters.";

    private const int Segment = 3;

    /// <summary>Binds a route's parameter.</summary>
    /// <exception cref="BadRequestException">It is no law id.</exception>
    public static ValueTask<LawIdInPath?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        _ = parameter;
        var decoded = context.Request.RouteValues["id"] as string ?? "";
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return ValueTask.FromResult<LawIdInPath?>(new LawIdInPath(Read(raw, decoded)));
    }

    /// <summary>The law id of a raw target; <paramref name="decoded"/> is what the server made of it.</summary>
    internal static string Read(string rawTarget, string decoded)
    {
        var path = rawTarget.Split('?', 2)[0].Split('/');
        var lawId = path.Length > Segment ? Uri.UnescapeDataString(path[Segment]) : decoded;

        // Dots in the path ("/api/laws/../x") make the server see other segments than stand there.
        if (!string.Equals(WithSlashes(lawId), WithSlashes(decoded), StringComparison.Ordinal))
        {
            throw new BadRequestException("The path holds dot segments. Law ids go into it percent-encoded.");
        }

        return IsLawId(lawId) ? lawId : throw new BadRequestException(Rule);
    }

    /// <summary>Whether the text can be a law's id. Orleans takes no key of spaces alone.</summary>
    internal static bool IsLawId(string text) => LawIds.IsValid(text) && !string.IsNullOrWhiteSpace(text);

    private static string WithSlashes(string text) => text.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
