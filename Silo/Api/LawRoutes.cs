using System.ComponentModel;
using Microsoft.Net.Http.Headers;
using Votes.Silo.Access;
using Votes.Silo.Closing;

namespace Votes.Silo.Api;

/// <summary>The public routes that read laws, their totals and their history.</summary>
public static class LawRoutes
{
    /// <summary>Maps them.</summary>
    public static void MapLawRoutes(this RouteGroupBuilder api)
    {
        api.MapGet("/laws", ListAsync).CacheOutput(AnswerCache.Lists)
            .WithSummary("Lists laws, those with the most votes first, or the newest")
            .Produces<LawPage>().ProducesProblem(400).ProducesProblem(503);
        api.MapGet("/laws/{id}", FindAsync)
            .WithSummary("A law, with the sum of its durable votes")
            .Produces<LawView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);
        api.MapGet("/laws/{id}/tally", TallyAsync)
            .WithSummary("A law's totals at this moment, from memory")
            .WithDescription("Durable and pending votes per choice. Send the ETag back in If-None-Match: 304 means no change.")
            .Produces<TallyView>().Produces(304).ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);
        api.MapGet("/laws/{id}/history", HistoryAsync).CacheOutput(AnswerCache.Histories)
            .WithSummary("A law's totals over time, for charts")
            .WithDescription("Without a range: the last hour. At most 500 points. Votes count at the time of their commit.")
            .Produces<HistoryView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);
        api.MapGet("/stats", StatsAsync).CacheOutput(AnswerCache.Stats)
            .WithSummary("The cluster's totals, rate and silos")
            .Produces<StatsView>().ProducesProblem(503);
    }

    private static async Task<IResult> ListAsync(
        [Description("Which page, 1 to 1000.")] int? page,
        [Description("Laws a page, 1 to 100; 20 without it.")] int? limit,
        [Description("A part of the id or the title, at most 100 characters.")] string? search,
        [Description("open, closing or closed; all without it.")] string? status,
        [Description("votes (most first) or recent (newest first); votes without it.")] string? sort,
        Caller caller,
        LawReader laws,
        CostlyQueries costly,
        CancellationToken cancellationToken)
    {
        var query = LawListQuery.Parse(page, limit, search, status, sort);
        return TypedResults.Ok(await costly.RunAsync(
            QueryKind.Lists, caller.Client, ct => laws.ListAsync(query, ct), cancellationToken));
    }

    private static async Task<IResult> FindAsync(
        LawIdInPath law, LawReader laws, ClosingService closing, CancellationToken cancellationToken) =>
        await laws.FindAsync(law.Value, cancellationToken) is { } found
            ? TypedResults.Ok(closing.Explain(found))
            : Problems.UnknownLaw();

    private static async Task<IResult> TallyAsync(
        HttpContext context,
        LawIdInPath law,
        KnownLaws known,
        TallyReader tallies,
        CancellationToken cancellationToken)
    {
        if (!await known.ExistsAsync(law.Value, cancellationToken))
        {
            return Problems.UnknownLaw();
        }

        var tally = await tallies.ReadAsync(law.Value, cancellationToken);
        if (tally is null)
        {
            known.Forget(law.Value);
            return await known.ExistsAsync(law.Value, cancellationToken) ? Problems.LawIsNew() : Problems.UnknownLaw();
        }

        var tag = tallies.TagOf(tally);
        context.Response.Headers.ETag = tag.ToString();
        var isKnownToCaller = context.Request.GetTypedHeaders().IfNoneMatch
            .Any(other => other.Equals(EntityTagHeaderValue.Any) || other.Compare(tag, useStrongComparison: false));
        return isKnownToCaller
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(tallies.ToJson(tally), "application/json; charset=utf-8");
    }

    private static async Task<IResult> HistoryAsync(
        LawIdInPath law,
        [Description("The begin, RFC 3339; an hour before the end without it.")] Moment? from,
        [Description("The end, RFC 3339; now without it.")] Moment? to,
        [Description("Seconds between two points; a sixtieth of the range without it.")] int? step,
        Caller caller,
        KnownLaws known,
        HistoryReader history,
        CostlyQueries costly,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var query = HistoryQuery.Parse(from?.Value, to?.Value, step, time.GetUtcNow());
        return await known.ExistsAsync(law.Value, cancellationToken)
            ? TypedResults.Ok(await costly.RunAsync(
                QueryKind.Histories, caller.Client, ct => history.ReadAsync(law.Value, query, ct), cancellationToken))
            : Problems.UnknownLaw();
    }

    private static async Task<IResult> StatsAsync(
        Caller caller, StatsReader stats, CostlyQueries costly, CancellationToken cancellationToken) =>
        TypedResults.Ok(await costly.RunAsync(QueryKind.Stats, caller.Client, stats.ReadAsync, cancellationToken));
}
