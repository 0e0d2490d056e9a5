using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Votes.Grains;

namespace Votes.Silo.Api;

/// <summary>Describes the law id of a path in the OpenAPI document, which cannot see how <see cref="LawIdInPath"/> binds.</summary>
public sealed class LawIdDescription : IOpenApiOperationTransformer
{
    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.RelativePath?.Contains("{id}", StringComparison.Ordinal) == true)
        {
            operation.Parameters ??= [];
            operation.Parameters.Insert(0, new OpenApiParameter
            {
                Name = "id",
                In = ParameterLocation.Path,
                Required = true,
                Description = "The law's id, percent-encoded.",
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    MinLength = 1,
                    MaxLength = LawIds.MaxCharacters,
                },
            });
        }

        return Task.CompletedTask;
    }
}
