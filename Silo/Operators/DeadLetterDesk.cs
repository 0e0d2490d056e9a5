using Votes.DeadLetters;
using Votes.Silo.Access;
using Votes.Silo.Access.Trail;
using Votes.Silo.Api;

namespace Votes.Silo.Operators;

/// <summary>Looks at dead letters and replays them, within limits that fit a page; the command line has none.</summary>
public sealed partial class DeadLetterDesk(
    QueueReader queues, OperatorLog log, TrailQueue trail, TimeProvider time, ILogger<DeadLetterDesk> logger)
{
    private const int MostLookedAt = 10_000;
    private const int LookedAtByDefault = 1_000;
    private const int Listed = 50;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Counts letters by their reason, and lists the first of them. They keep all but their order.</summary>
    /// <exception cref="DeadLettersException">The broker is not there, or somebody else is at it.</exception>
    public async Task<LettersFound> LookAsync(LetterChoice choice, Caller caller, CancellationToken cancellationToken)
    {
        var most = Bounded(choice.Most ?? LookedAtByDefault);
        var census = new LetterCensus(choice.Filter, Listed);
        var report = await WalkAsync(
            letter =>
            {
                census.Add(letter);
                return Verdict.PutBack;
            },
            most,
            replays: false,
            cancellationToken);
        trail.Add(EntryOf(
            choice, caller, OperatorActions.ListDeadLetters, OperatorOutcomes.Done, ("looked_at", report.LookedAt)));
        return new LettersFound(report.Ready, report.LookedAt, census.Count, census.Groups, census.Letters);
    }

    /// <summary>Sends letters to the main queue again, to be counted as if for the first time.</summary>
    /// <exception cref="DeadLettersException">The broker is not there, or somebody else is at it.</exception>
    public async Task<LettersReplayed> ReplayAsync(LetterChoice choice, Caller caller, CancellationToken cancellationToken)
    {
        var filter = choice.Filter;
        if (filter.IsSet == choice.All)
        {
            throw new BadRequestException("Say which letters: either all, or any of reason, field, law and id.");
        }

        var left = Bounded(choice.Most ?? MostLookedAt);
        await log.WriteAsync(
            EntryOf(choice, caller, OperatorActions.ReplayDeadLetters, OperatorOutcomes.Begun), cancellationToken);
        try
        {
            var report = await WalkAsync(
                letter => !filter.FitsReplay(letter) ? Verdict.PutBack : --left > 0 ? Verdict.Replay : Verdict.ReplayAndEnd,
                long.MaxValue,
                replays: true,
                cancellationToken);
            trail.Add(EntryOf(
                choice,
                caller,
                OperatorActions.ReplayDeadLetters,
                OperatorOutcomes.Done,
                ("replayed", report.Replayed),
                ("looked_at", report.LookedAt)));
            LogReplayed(report.Replayed, report.LookedAt);
            return new LettersReplayed(report.LookedAt, report.Replayed, report.Stopped);
        }
        catch (Exception exception)
        {
            trail.Add(EntryOf(
                choice,
                caller,
                OperatorActions.ReplayDeadLetters,
                OperatorOutcomes.Failed,
                ("cause", exception.Message)));
            throw;
        }
    }

    private static OperatorEntry EntryOf(
        LetterChoice choice, Caller caller, string action, string outcome, params (string, object?)[] more) => new(
        caller,
        action,
        choice.Law ?? "",
        outcome,
        [
            ("reason", choice.Reason),
            ("field", choice.Field),
            ("letter", choice.Id),
            ("all", choice.All ? true : null),
            ("most", choice.Most),
            .. more,
        ]);

    private static int Bounded(int most) => most is >= 1 and <= MostLookedAt
        ? most
        : throw new BadRequestException($"most is {most}; it must be from 1 to {MostLookedAt}.");

    private async Task<WalkReport> WalkAsync(
        Func<Letter, Verdict> judge, long most, bool replays, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var address = queues.AddressOrThrow();
        await using var connection = await BrokerConnection.OpenAsync(address, either.Token);
        if (replays)
        {
            // Better known before the first letter than by the broker's return of it.
            await connection.ReadyAsync(address.Queue, either.Token);
        }

        return await new LetterWalk(connection, address).RunAsync(judge, most, new Progress<(long, long)>(), either.Token);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "An operator replayed {Replayed} dead letters; {LookedAt} were looked at")]
    private partial void LogReplayed(long replayed, long lookedAt);
}
