using Votes.Grains.Interfaces;

namespace Votes.Tests.Ingest;

/// <summary>
/// One call to a grain. Continuations run where the test answers, so that nothing is left to wait for.
/// </summary>
internal sealed class FakeCall(string lawId, CastVote[] votes, bool backlog)
{
    private readonly TaskCompletionSource<VoteBatchOutcome> _outcome = new();

    public string LawId { get; } = lawId;

    public CastVote[] Votes { get; } = votes;

    public bool Backlog { get; } = backlog;

    public bool IsAnswered => _outcome.Task.IsCompleted;

    public Task<VoteBatchOutcome> Outcome => _outcome.Task;

    public Guid[] VoteIds => [.. Votes.Select(vote => vote.VoteId)];

    public VoteBatchOutcome AllCounted => new(Votes.Length, 0, 0, []);

    public void Count() => Finish(AllCounted);

    public void Finish(VoteBatchOutcome outcome) => _outcome.SetResult(outcome);

    public void Fail(Exception cause) => _outcome.SetException(cause);
}
