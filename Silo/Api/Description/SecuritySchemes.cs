using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Votes.Silo.Access;

namespace Votes.Silo.Api.Description;

/// <summary>Tells in the OpenAPI document how a caller shows who it is.</summary>
public sealed class SecuritySchemes : IOpenApiDocumentTransformer
{
    private const string Key = "apiKey";
    private const string Bearer = "bearer";

    /// <summary>The names: one of them is enough.</summary>
    internal static readonly string[] Names = [Key, Bearer];

    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "Vote tally cluster";
        document.Info.Description =
            "Totals of votes on laws. Operators send their key in X-Api-Key or as Authorization: Bearer.";
        document.AddComponent<IOpenApiSecurityScheme>(Key, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = ApiKeyHandler.Header,
            Description = "An operator's key; a reader's where reading takes one.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The same key, or a token of the issuer that the silo trusts.",
        });
        return Task.CompletedTask;
    }
}
