using System.ComponentModel;
using Votes.Silo.Access;

namespace Votes.Silo.Api.Live;

/// <summary>The routes that push: server-sent events, each a law's full tally.</summary>
public static class LiveRoutes
{
    private const string Explanation =
        "Events named tally, each a full tally (as /tally gives it) with its version as the event's id; a lost event does no "
        + "harm. Send Last-Event-ID to be told only what is newer. Silence is broken by comments.";

    /// <summary>Maps them.</summary>
    public static void MapLiveRoutes(this RouteGroupBuilder api)
    {
        api.MapGet("/laws/{id}/live", (LawIdInPath law, HttpContext context, LiveService live) =>
                live.ServeAsync(context, [law.Value]))
            .RequireRateLimiting(RateLimits.Streams).TakesGetAlone()
            .WithSummary("A law's totals as they change, as server-sent events").WithDescription(Explanation)
            .Produces<TallyView>(200, "text/event-stream")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(429).ProducesProblem(503);
        api.MapGet("/live", (
                [Description("Ids of laws, separated by commas.")] string? laws,
                [Description("An id of a law, which may hold commas; may be repeated.")] string[]? law,
                HttpContext context,
                LiveService live) =>
                live.ServeAsync(context, LawIdsOf(laws, law)))
            .RequireRateLimiting(RateLimits.Streams).TakesGetAlone()
            .WithSummary("The totals of several laws as they change, as server-sent events").WithDescription(Explanation)
            .Produces<TallyView>(200, "text/event-stream")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(429).ProducesProblem(503);
    }

    private static List<string> LawIdsOf(string? laws, string[]? law)
    {
        var lawIds = (laws ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Concat(law ?? [])
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (lawIds.Count == 0)
        {
            throw new BadRequestException("Name the laws: ?laws=a,b or ?law=a&law=b.");
        }

        return lawIds.TrueForAll(LawIdInPath.IsLawId)
            ? lawIds
            : throw new BadRequestException(LawIdInPath.Rule);
    }
}
