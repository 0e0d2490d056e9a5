using System.Text.Json;
using Votes.Silo.Api;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api.Description;

/// <summary>What generators of clients need of the OpenAPI document.</summary>
[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class ApiDocumentTests(SharedApi api)
{
    [Fact]
    public async Task No_value_has_two_types()
    {
        var types = Under(await DocumentAsync()).Where(static node => node.Name == "type").Select(static node => node.Value)
            .Where(static type => type.ValueKind == JsonValueKind.Array)
            .Select(static type => type.EnumerateArray().Select(static one => one.GetString()).ToArray());

        // One, or null and one.
        Assert.All(types, static type => Assert.InRange(type.Count(static one => one != "null"), 1, 1));
    }

    [Fact]
    public async Task Each_route_has_a_name_of_its_own()
    {
        var names = (await OperationsAsync()).Select(static o => o.GetProperty("operationId").GetString()!).ToArray();

        Assert.All(names, static name => Assert.Matches("^[a-z][A-Za-z]+$", name));
        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public async Task Operators_routes_name_the_credentials_that_open_them_and_others_none()
    {
        var schemes = (await DocumentAsync()).GetProperty("components").GetProperty("securitySchemes");
        Assert.Equal("X-Api-Key", schemes.GetProperty("apiKey").GetProperty("name").GetString());
        Assert.Equal("bearer", schemes.GetProperty("bearer").GetProperty("scheme").GetString());
        foreach (var operation in await OperationsAsync())
        {
            string[] expected = operation.GetProperty("summary").GetString()!.StartsWith("Operators: ", StringComparison.Ordinal)
                ? ["apiKey", "bearer"]
                : [];
            Assert.Equal(expected, operation.TryGetProperty("security", out var security)
                ? security.EnumerateArray().SelectMany(static one => one.EnumerateObject()).Select(static one => one.Name)
                : []);
        }
    }

    [Fact]
    public async Task Values_that_are_known_are_named()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");
        foreach (var name in new[] { "LawView", "TallyView", "BusyLawView" })
        {
            Assert.Contains(
                "open",
                schemas.GetProperty(name).GetProperty("properties").GetProperty("status").GetProperty("enum").EnumerateArray()
                    .Select(static value => value.GetString()));
        }
    }

    [Fact]
    public async Task A_stream_is_text_and_marked()
    {
        var streams = (await OperationsAsync()).Where(static operation =>
            operation.GetProperty("operationId").GetString()!.StartsWith("watch", StringComparison.Ordinal)).ToArray();

        Assert.Equal(2, streams.Length);
        Assert.All(streams, static operation =>
        {
            Assert.Equal("tally", operation.GetProperty("x-event-stream").GetProperty("event").GetString());
            Assert.Equal("string", operation.GetProperty("responses").GetProperty("200").GetProperty("content")
                .GetProperty("text/event-stream").GetProperty("schema").GetProperty("type").GetString());
        });
    }

    [Fact]
    public async Task Errors_are_problems_with_a_code_that_the_document_names()
    {
        var problem = (await DocumentAsync()).GetProperty("components").GetProperty("schemas").GetProperty("ProblemDetails");
        var named = problem.GetProperty("properties").GetProperty("code").GetProperty("description").GetString()!;
        Assert.All(ProblemCodes.All, code => Assert.Contains(code, named, StringComparison.Ordinal));
        Assert.Equal(ProblemCodes.All.Count, ProblemCodes.All.Distinct().Count());
        foreach (var (address, code) in new[]
        {
            ("/api/laws?limit=0", "bad_request"), ("/api/laws?typo=1", "unknown_parameter"), ("/api/nothing", "not_found"),
            ("/api/laws/no-such-law", "unknown_law"), ("/api/ops/silos", "key_missing"), ("/api/laws/x/tally?y=", "unknown_parameter"),
        })
        {
            Assert.Equal(code, (await api.Silo.GetAsync(address)).Json.GetProperty("code").GetString());
        }

        Assert.Equal("key_invalid", (await api.Silo.GetAsync("/api/ops/silos", "wrong")).Json.GetProperty("code").GetString());
        Assert.Equal(
            "operators_only", (await api.Silo.GetAsync("/api/ops/silos", ApiSilo.ReaderKey)).Json.GetProperty("code").GetString());
    }

    private static IEnumerable<JsonProperty> Under(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(static one => Under(one.Value).Prepend(one)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(Under),
        _ => [],
    };

    private async Task<JsonElement> DocumentAsync() => (await api.Silo.GetAsync("/openapi/v1.json")).Ok();

    private async Task<JsonElement[]> OperationsAsync() =>
    [
        .. (await DocumentAsync()).GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject()).Select(static method => method.Value),
    ];
}
