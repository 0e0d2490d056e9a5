using Votes.Silo.Access;

namespace Votes.Silo.Pages;

/// <summary>The pages for people: results for the public, and the operators' own.</summary>
public static class PageRoutes
{
    private const string Folder = "wwwroot";

    /// <summary>Reads the files. The program's folder holds them, wherever it is started from.</summary>
    /// <exception cref="InvalidOperationException">The files are missing.</exception>
    public static void AddPages(this IServiceCollection services) =>
        services.AddSingleton(new PageFiles(Path.Combine(AppContext.BaseDirectory, Folder)));

    /// <summary>Maps them.</summary>
    public static void MapPages(this WebApplication app)
    {
        var files = app.Services.GetRequiredService<PageFiles>();
        var open = app.MapGroup("").RequireAuthorization(Roles.PublicPolicy).ExcludeFromDescription();
        open.MapGet("/", context => WriteAsync(context, files, "index.html"));

        // A law's id may hold slashes. Which law it is, is for the page's script to find out.
        open.MapGet("/laws/{**id}", context => WriteAsync(context, files, "law.html"));
        open.MapGet("/laws", static () => TypedResults.LocalRedirect("/"));
        app.MapGet("/ops", context => WriteAsync(context, files, "ops.html"))
            .RequireAuthorization(Roles.OperatorsPolicy).ExcludeFromDescription();

        // No secrets: the source is public. Whoever is to sign in needs them before.
        app.MapGet("/assets/{name}", (HttpContext context, string name) => WriteAsync(context, files, $"assets/{name}"))
            .ExcludeFromDescription();
    }

    /// <summary>Writes one of the files; the status stays what it is.</summary>
    internal static Task WriteAsync(HttpContext context, PageFiles files, string name)
    {
        if (files.Find(name) is not { } file)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        // Browsers ask each time whether it is still the same, so that no page runs with the scripts of another version.
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.PagePolicy;
        return Results.Bytes(file.Content, file.ContentType, entityTag: file.Tag).ExecuteAsync(context);
    }
}
