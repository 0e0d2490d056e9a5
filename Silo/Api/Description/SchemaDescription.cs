using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Votes.Silo.Api.Description;

/// <summary>Names in the OpenAPI document the values that texts may have, and what problems hold beside the standard's.</summary>
public sealed class SchemaDescription : IOpenApiSchemaTransformer
{
    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonPropertyInfo is { } property
            && KnownValues.OfField(property.DeclaringType, property.Name) is { } values)
        {
            schema.Enum = values;
        }
        else if (context.JsonTypeInfo.Type == typeof(ProblemDetails) && context.JsonPropertyInfo is null)
        {
            schema.Properties ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
            schema.Properties["code"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "What went wrong, for programs; it never changes, and there may be new ones. Known: "
                    + $"{string.Join(", ", ProblemCodes.All)}.",
            };
            schema.Properties["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" };
            schema.Properties["trace_id"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Names the request in the silo's log.",
            };
            schema.Required = new HashSet<string>(StringComparer.Ordinal) { "status", "code" };
        }

        return Task.CompletedTask;
    }
}
