using System.Net;
using System.Text.Json;

namespace Votes.Tests.Silo.Api;

/// <summary>An answer of the API, read to its end.</summary>
public sealed record ApiAnswer(
    HttpStatusCode Status, string? ContentType, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>A problem's detail, once it is made sure that this is a problem of this status.</summary>
    public string Detail(HttpStatusCode status)
    {
        Xunit.Assert.Equal((status, "application/problem+json"), (Status, ContentType));
        Xunit.Assert.Equal((int)status, Json.GetProperty("status").GetInt32());
        return Json.GetProperty("detail").GetString()!;
    }

    public JsonElement Ok()
    {
        Xunit.Assert.Equal((HttpStatusCode.OK, "application/json"), (Status, ContentType));
        return Json;
    }

    public static async Task<ApiAnswer> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(static h => h.Key, static h => string.Join("; ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new ApiAnswer(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(),
            headers);
    }
}
