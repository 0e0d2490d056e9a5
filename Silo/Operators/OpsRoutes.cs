using System.ComponentModel;
using Votes.DeadLetters;
using Votes.Silo.Access;
using Votes.Silo.Access.Trail;
using Votes.Silo.Api;
using Votes.Silo.Operators.Condition;

namespace Votes.Silo.Operators;

/// <summary>What the operators' page asks for, and whether counting is delayed, which everybody may know.</summary>
public static class OpsRoutes
{
    /// <summary>Maps them.</summary>
    public static void MapOperators(this WebApplication app)
    {
        var ops = app.MapGroup("/api/ops").RequireAuthorization(Roles.OperatorsPolicy).AddEndpointFilter(FromOurPages.CheckAsync);
        QueryNames.AddTo(ops);
        var open = app.MapGroup("/api").RequireAuthorization(Roles.PublicPolicy);
        QueryNames.AddTo(open);
        open.MapGet("/counting", async (ConditionWatch watch, CancellationToken cancellationToken) =>
                (await watch.ReadAsync(cancellationToken)).Counting)
            .WithSummary("Whether votes are counted at their usual pace")
            .Produces<CountingView>();
        ops.MapGet("/silos", (ClusterReader cluster, CancellationToken cancellationToken) =>
                cluster.ReadAsync(cancellationToken))
            .WithSummary("Operators: every silo, with what it says of itself")
            .Produces<ClusterView>().ProducesProblem(401).ProducesProblem(403);
        ops.MapGet("/queues", (QueueReader queues, CancellationToken cancellationToken) =>
                queues.ReadAsync(cancellationToken))
            .WithSummary("Operators: the broker's queues")
            .WithDescription("Messages that consumers have in hand are not among the ready ones.")
            .Produces<QueuesView>().ProducesProblem(401).ProducesProblem(403);
        ops.MapGet("/condition", (ConditionWatch watch, CancellationToken cancellationToken) =>
                watch.ReadAsync(cancellationToken))
            .WithSummary("Operators: broker, database, Ingests, silos and totals, each with its state and since when")
            .Produces<ConditionView>().ProducesProblem(401).ProducesProblem(403);
        ops.MapGet("/ingests", IngestsAsync)
            .WithSummary("Operators: every Ingest, with what it reports of itself")
            .Produces<IngestsView>().ProducesProblem(401).ProducesProblem(403);
        ops.MapGet("/log", (
                [Description("Entries before this one: the before of another answer; the latest without it.")] long? before,
                [Description("Entries in an answer, 1 to 500; 100 without it.")] int? limit,
                [Description("Those about this law alone.")] string? law,
                [Description("Those of this key or token alone, such as key:1a2b3c4d.")] string? who,
                OperatorLogReader log,
                CancellationToken cancellationToken) =>
                log.ReadAsync(before, limit, law, who, cancellationToken))
            .WithSummary("Operators: what operators did, and who was refused")
            .WithDescription("The latest first.")
            .Produces<OperatorLogPage>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(503);
        ops.MapPost("/dead-letters/look", (
                LetterChoice choice, Caller caller, DeadLetterDesk desk, CancellationToken cancellationToken) =>
                AnswerAsync(desk.LookAsync(choice, caller, cancellationToken)))
            .WithSummary("Operators: dead letters by reason, and the first of them")
            .WithDescription("Looks at 1,000 letters, or as many as most says, and puts them at the end of their queue.")
            .Produces<LettersFound>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(409)
            .ProducesProblem(503);
        ops.MapPost("/dead-letters/replay", (
                LetterChoice choice, Caller caller, DeadLetterDesk desk, CancellationToken cancellationToken) =>
                AnswerAsync(desk.ReplayAsync(choice, caller, cancellationToken)))
            .WithSummary("Operators: sends dead letters to be counted again")
            .Produces<LettersReplayed>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(409)
            .ProducesProblem(503);
    }

    private static async Task<IngestsView> IngestsAsync(ConditionWatch watch, CancellationToken cancellationToken) =>
        await watch.ReadIngestsAsync(cancellationToken) is { } ingests
            ? new IngestsView(null, [.. ingests.Select(IngestView.Of)])
            : new IngestsView("The registry of Ingests does not answer.", []);

    private static async Task<IResult> AnswerAsync<T>(Task<T> work)
    {
        try
        {
            return TypedResults.Ok(await work);
        }
        catch (DeadLettersException exception)
        {
            return Problems.Of(
                exception.IsUnusable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status409Conflict,
                exception.Message);
        }
    }
}
