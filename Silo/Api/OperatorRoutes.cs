using System.ComponentModel;
using Votes.Silo.Access;
using Votes.Silo.Operators;

namespace Votes.Silo.Api;

/// <summary>The operators' routes: what changes laws, and what is not for everybody.</summary>
public static class OperatorRoutes
{
    /// <summary>Maps them.</summary>
    public static void MapOperatorRoutes(this RouteGroupBuilder api)
    {
        var operators = api.MapGroup("").RequireAuthorization(Roles.OperatorsPolicy).AddEndpointFilter(FromOurPages.CheckAsync);
        operators.MapPost("/laws", CreateAsync)
            .WithSummary("Operators: registers a law")
            .Produces<LawView>(201).ProducesProblem(400).ProducesProblem(401).ProducesProblem(403)
            .ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(503);
        operators.MapPatch("/laws/{id}", ChangeAsync)
            .WithSummary("Operators: changes a law's title or window, or closes it")
            .WithDescription("What is absent stays. A law that was closed stays closed.")
            .Produces<LawView>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404)
            .ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(503);
        operators.MapGet("/laws/{id}/duplicates", DuplicatesAsync)
            .WithSummary("Operators: a law's duplicate votes by the hour")
            .Produces<IReadOnlyList<DuplicatesHour>>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(403)
            .ProducesProblem(404).ProducesProblem(503);
    }

    private static async Task<IResult> CreateAsync(
        CreateLaw law, Caller caller, LawWriter writer, LawReader reader, CancellationToken cancellationToken)
    {
        LawRules.Check(law);
        return await writer.CreateAsync(law, caller, cancellationToken)
            ? TypedResults.Created(
                $"/api/laws/{Uri.EscapeDataString(law.Id!)}", await reader.FindAsync(law.Id!, cancellationToken))
            : Problems.Of(
                StatusCodes.Status409Conflict,
                "A law with this id exists already. PATCH /api/laws/{id} changes it.",
                ProblemCodes.LawExists);
    }

    private static async Task<IResult> ChangeAsync(
        LawIdInPath law,
        ChangeLaw change,
        Caller caller,
        LawWriter writer,
        LawReader reader,
        CancellationToken cancellationToken)
    {
        LawRules.CheckTitle(change.Title);
        LawRules.CheckWindow(change.OpensAt, change.ClosesAt);
        if (change.Close == false)
        {
            throw new BadRequestException("close can only be true: the totals of a closed law are final.");
        }

        if (change is { Title: null, Close: null, HasOpensAt: false, HasClosesAt: false })
        {
            throw new BadRequestException("Nothing to change: name title, opens_at, closes_at or close.");
        }

        var isChanged = await writer.ChangeAsync(law.Value, change, caller, cancellationToken);
        return (isChanged, await reader.FindAsync(law.Value, cancellationToken)) switch
        {
            (_, null) => Problems.UnknownLaw(),
            (false, _) => Problems.Of(
                StatusCodes.Status409Conflict,
                "The law is closed: opens_at and closes_at cannot change any more.",
                ProblemCodes.LawClosed),
            (_, { } changed) => TypedResults.Ok(changed),
        };
    }

    private static async Task<IResult> DuplicatesAsync(
        LawIdInPath law,
        [Description("The begin, RFC 3339; a day before the end without it.")] DateTimeOffset? from,
        [Description("The end, RFC 3339; now without it.")] DateTimeOffset? to,
        Caller caller,
        KnownLaws known,
        DuplicatesReader duplicates,
        CostlyQueries costly,
        TimeProvider time,
        CancellationToken cancellationToken) =>
        await known.ExistsAsync(law.Value, cancellationToken)
            ? TypedResults.Ok(await costly.RunAsync(
                QueryKind.Histories,
                caller.Client,
                ct => duplicates.ReadAsync(law.Value, from, to, time.GetUtcNow(), ct),
                cancellationToken))
            : Problems.UnknownLaw();
}
