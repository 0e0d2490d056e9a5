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
            .WithSummary("Operators: changes a law's title, window or choices, hides it, or closes it")
            .WithDescription("What is absent stays. A law that was closed stays closed.")
            .Produces<LawView>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404)
            .ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(503);
        operators.MapDelete("/laws/{id}", DeleteAsync)
            .WithSummary("Operators: deletes a law that nobody has voted on")
            .Produces(204).ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404)
            .ProducesProblem(409).ProducesProblem(503);
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
        LawIdInPath law, ChangeLaw change, Caller caller, LawChanges changes, CancellationToken cancellationToken) =>
        await changes.ChangeAsync(law.Value, change, caller, cancellationToken);

    private static async Task<IResult> DeleteAsync(
        LawIdInPath law, Caller caller, LawWriter writer, KnownLaws known, CancellationToken cancellationToken)
    {
        var (isFound, refusal) = await writer.DeleteAsync(law.Value, caller, cancellationToken);
        known.Forget(law.Value);
        return (isFound, refusal) switch
        {
            (false, _) => Problems.UnknownLaw(),
            (_, null) => TypedResults.NoContent(),
            _ => Problems.Of(
                StatusCodes.Status409Conflict,
                $"The law cannot be deleted. {refusal}. PATCH {{\"hidden\":true}} takes it out of lists and searches.",
                ProblemCodes.LawHasVotes),
        };
    }

    private static async Task<IResult> DuplicatesAsync(
        LawIdInPath law,
        [Description("The begin, RFC 3339; a day before the end without it.")] Moment? from,
        [Description("The end, RFC 3339; now without it.")] Moment? to,
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
                ct => duplicates.ReadAsync(law.Value, from?.Value, to?.Value, time.GetUtcNow(), ct),
                cancellationToken))
            : Problems.UnknownLaw();
}
