using System.Diagnostics;
using Votes.Grains.Counting;
using Votes.Grains.Interfaces;

namespace Votes.Grains.Flush;

/// <summary>Votes of one grain call that wait in a lane for their transaction.</summary>
/// <param name="lawId">The law that the votes are on.</param>
/// <param name="votes">The votes.</param>
/// <param name="registerLaw">Whether the law has to be registered.</param>
/// <param name="arrived">When they came, as a timestamp of the lane's clock.</param>
public sealed class PendingBatch(string lawId, CastVote[] votes, bool registerLaw, TimeSpan arrived)
{
    // The lane must not run a grain's continuation on its own loop.
    private readonly TaskCompletionSource<PendingOutcome> _settled =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The law that the votes are on.</summary>
    public string LawId { get; } = lawId;

    /// <summary>The votes.</summary>
    public CastVote[] Votes { get; } = votes;

    /// <summary>Whether the law has to be registered.</summary>
    public bool RegisterLaw { get; } = registerLaw;

    /// <summary>When they came, as a timestamp of the lane's clock.</summary>
    public TimeSpan Arrived { get; } = arrived;

    /// <summary>The call's span, for the flush to link to; null where it is not traced.</summary>
    public Activity? Call { get; } = FlushTrace.Call;

    /// <summary>Completes when the votes are durable; fails with <see cref="VotesNotDurableException"/>.</summary>
    public Task<PendingOutcome> Settled => _settled.Task;

    /// <summary>False once the sender has its answer, whichever: nobody waits for these votes any more.</summary>
    public bool IsAwaited => !_settled.Task.IsCompleted;

    /// <summary>The votes are durable.</summary>
    /// <returns>False where they had gone back to their sender before: the sender does not learn of it.</returns>
    public bool Settle(PendingOutcome outcome) => _settled.TrySetResult(outcome);

    /// <summary>The votes go back to their sender; what becomes of an attempt to write them is unknown.</summary>
    /// <returns>False where the sender has its answer already.</returns>
    public bool GiveBack(Exception reason) => _settled.TrySetException(
        new VotesNotDurableException($"{Votes.Length} votes could not be written in time: {reason.Message}"));
}
