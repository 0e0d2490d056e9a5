using Votes.Silo.Api;

namespace Votes.Silo.Access;

/// <summary>
/// Answers HEAD as GET without the body, which the server leaves out by itself: link checkers and monitors ask so. Streams
/// and exports of the audit, whose bodies are work that nobody would read, take GET alone.
/// </summary>
public static class HeadRequests
{
    private static readonly object Key = new();

    /// <summary>Takes HEAD for GET; before the routes are chosen.</summary>
    public static void UseHeadRequests(this WebApplication app)
    {
        app.Use(static async (context, next) =>
        {
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await next(context);
                return;
            }

            context.Items[Key] = Key;
            context.Request.Method = HttpMethods.Get;
            try
            {
                await next(context);
            }
            finally
            {
                context.Request.Method = HttpMethods.Head;
            }
        });
        app.UseRouting();
        app.Use(static (context, next) =>
        {
            if (!context.Items.ContainsKey(Key) || context.GetEndpoint()?.Metadata.GetMetadata<GetAlone>() is null)
            {
                return next(context);
            }

            context.Response.Headers.Allow = HttpMethods.Get;
            return Problems.WriteAsync(
                context, StatusCodes.Status405MethodNotAllowed, "This address takes GET alone, and not HEAD.");
        });
    }

    /// <summary>Leaves a route out.</summary>
    public static TBuilder TakesGetAlone<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new GetAlone());

    private sealed class GetAlone;
}
