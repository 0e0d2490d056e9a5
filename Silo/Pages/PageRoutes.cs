using Votes.Silo.Access;

namespace Votes.Silo.Pages;

/// <summary>The pages for people: results for the public, and the operators' own.</summary>
public static class PageRoutes
{
    private const string Folder = "wwwroot";

    /// <summary>Reads the files. The program's folder holds them, wherever it is started from.</summary>
    /// <exception cref="InvalidOperationException">The files are missing.</exception>
    public static void AddPages(this IServiceCollection services)
    {
        services.AddSingleton(new PageFiles(Path.Combine(AppContext.BaseDirectory, Folder)));
        services.AddSingleton<LawCards>();
        services.AddSingleton<LawPages>();
        services.AddSingleton<DocPages>();
    }

    /// <summary>Maps them.</summary>
    public static void MapPages(this WebApplication app)
    {
        var files = app.Services.GetRequiredService<PageFiles>();
        var open = app.MapGroup("").RequireAuthorization(Roles.PublicPolicy).ExcludeFromDescription();
        open.MapGet("/", context => WriteAsync(context, files, "index.html"));

        // A law's id may hold slashes.
        var laws = app.Services.GetRequiredService<LawPages>();
        open.MapGet("/laws/{**id}", async context => await WriteAsync(context, await laws.ReadAsync(context)));
        open.MapGet("/laws", static () => TypedResults.LocalRedirect("/"));
        app.MapGet("/ops", context => WriteAsync(context, files, "ops.html"))
            .RequireAuthorization(Roles.OperatorsPolicy).ExcludeFromDescription();
        var docs = app.Services.GetRequiredService<DocPages>();
        app.MapGet("/ops/docs/{**name}", (HttpContext context, string name) => WriteAsync(context, docs.Find(name)))
            .RequireAuthorization(Roles.OperatorsPolicy).ExcludeFromDescription();

        // No secrets: the source is public. Whoever is to sign in needs them before.
        app.MapGet("/assets/{name}", (HttpContext context, string name) => WriteAsync(context, files, $"assets/{name}"))
            .ExcludeFromDescription();
    }

    /// <summary>Writes one of the files; the status stays what it is.</summary>
    internal static Task WriteAsync(HttpContext context, PageFiles files, string name) => WriteAsync(context, files.Find(name));

    private static Task WriteAsync(HttpContext context, PageFile? file)
    {
        if (file is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var (content, encoding, tag) = file.For(context.Request.GetTypedHeaders().AcceptEncoding);
        var headers = context.Response.Headers;
        headers.ContentEncoding = encoding;
        headers.Vary = "Accept-Encoding";

        // Browsers ask each time whether it is still the same, so that no page runs with the scripts of another version.
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = SecurityHeaders.PagePolicy;
        return Results.Bytes(content, file.ContentType, entityTag: tag).ExecuteAsync(context);
    }
}
