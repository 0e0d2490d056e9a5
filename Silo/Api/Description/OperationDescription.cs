using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Votes.Silo.Access;

namespace Votes.Silo.Api.Description;

/// <summary>
/// Tells generators of clients what the framework does not: a name for each route, who may use it, which answers are
/// streams, and the values that a parameter may have.
/// </summary>
public sealed class OperationDescription(IOptions<AccessOptions> access) : IOpenApiOperationTransformer
{
    private const string EventStream = "text/event-stream";

    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.OperationId = OperationIds.Of(
            context.Description.HttpMethod ?? HttpMethods.Get, context.Description.RelativePath ?? "");
        if (access.Value.PublicNeedsKey || IsForOperators(context.Description.ActionDescriptor.EndpointMetadata))
        {
            operation.Security = [.. SecuritySchemes.Names.Select(name => new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(name, context.Document)] = [],
            })];
        }

        MarkStreams(operation);
        foreach (var parameter in operation.Parameters ?? [])
        {
            if (KnownValues.OfParameter(operation.OperationId, parameter.Name) is { } values
                && parameter.Schema is OpenApiSchema schema)
            {
                schema.Enum = values;
            }
        }

        return Task.CompletedTask;
    }

    private static bool IsForOperators(IEnumerable<object> metadata) =>
        metadata.OfType<IAuthorizeData>().Any(static needs => needs.Policy == Roles.OperatorsPolicy);

    /// <summary>An answer that goes on is text to a generator, which would read one JSON document and wait for its end.</summary>
    private static void MarkStreams(OpenApiOperation operation)
    {
        foreach (var response in operation.Responses?.Values.OfType<OpenApiResponse>() ?? [])
        {
            if (response.Content?.ContainsKey(EventStream) == true)
            {
                response.Content[EventStream] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Description = "Server-sent events without an end. The data of an event named tally is a TallyView.",
                    },
                };
                operation.Extensions ??= new Dictionary<string, IOpenApiExtension>(StringComparer.Ordinal);
                operation.Extensions["x-event-stream"] = new JsonNodeExtension(
                    new JsonObject { ["event"] = "tally", ["data"] = "TallyView" });
            }
        }
    }
}
