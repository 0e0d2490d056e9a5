using Votes.Silo.Access;
using Votes.Silo.Closing;

namespace Votes.Silo.Api;

/// <summary>Changes a law as an operator asks for, or says why it cannot be.</summary>
public sealed class LawChanges(LawReader laws, LawWriter writer, IntakeReader intake, ClosingService closing)
{
    private const string Anyhow =
        "Close it with \"when_drained\", which waits for them, or with \"force\": true, which rejects those that wait.";

    /// <summary>Changes a law.</summary>
    /// <exception cref="BadRequestException">What is asked for makes no sense, whatever the law is.</exception>
    public async Task<IResult> ChangeAsync(
        string lawId, ChangeLaw change, Caller caller, CancellationToken cancellationToken)
    {
        LawRules.Check(change);
        if (await laws.FindAsync(lawId, cancellationToken) is not { } law)
        {
            return Problems.UnknownLaw();
        }

        if (change.AddChoices is { } added)
        {
            LawRules.CheckChoices([.. law.Choices, .. added], "The law's choices and those to be added");
        }

        if (change.Close == CloseHow.Now && !change.Force && law.Status != "closed"
            && await RefusalAsync(lawId, change, caller, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var isChanged = await writer.ChangeAsync(law, change, caller, cancellationToken);
        return (isChanged, await laws.FindAsync(lawId, cancellationToken)) switch
        {
            (_, null) => Problems.UnknownLaw(),
            (true, { } changed) => TypedResults.Ok(closing.Explain(changed)),
            (false, { Status: "closed" }) => Problems.Of(
                StatusCodes.Status409Conflict,
                "The law is closed: it stays closed, and its choices, opens_at and closes_at cannot change any more.",
                ProblemCodes.LawClosed),
            _ => Problems.Of(
                StatusCodes.Status409Conflict, "The law's choices were changed by somebody else at the same time. Try again."),
        };
    }

    /// <summary>Why a law must not be closed at this moment; null where no vote is known to wait.</summary>
    private async Task<IResult?> RefusalAsync(
        string lawId, ChangeLaw change, Caller caller, CancellationToken cancellationToken)
    {
        var (waiting, problem) = await intake.WaitingAsync(cancellationToken);
        if (waiting == 0)
        {
            return null;
        }

        await writer.RefusedAsync(lawId, change, caller, waiting, cancellationToken);
        return Problems.OfWaiting(
            waiting is null
                ? $"It is not known whether votes wait to be counted: {problem} {Anyhow}"
                : $"{waiting} votes wait to be counted, on this law or others. {Anyhow}",
            ProblemCodes.VotesWait,
            waiting);
    }
}
