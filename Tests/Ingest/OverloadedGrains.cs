using Microsoft.Extensions.Time.Testing;
using Votes.Grains.Interfaces;

namespace Votes.Tests.Ingest;

/// <summary>
/// Silos that can do so much and no more: calls wait in one queue, and each takes time, more where it is the first one that
/// reaches its law. A call that waited for longer than its caller does takes the same time and is done for nothing.
/// </summary>
internal sealed class OverloadedGrains(FakeTimeProvider time, TimeSpan timeOfCold, TimeSpan timeOfWarm)
{
    /// <summary>How long callers wait.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FlushTime = TimeSpan.FromMilliseconds(200);

    private readonly Queue<Call> _waiting = new();
    private readonly Queue<(Call Call, TimeSpan At)> _answers = new();
    private readonly Queue<Call> _sent = new();
    private readonly HashSet<string> _active = [];
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private TimeSpan _budget;

    /// <summary>Votes that were recorded and whose sender was told in time.</summary>
    public int Recorded { get; private set; }

    /// <summary>The most calls that were waiting for their law's activation at once.</summary>
    public int MostActivating { get; private set; }

    /// <summary>Calls of laws that are not active, and whose callers wait.</summary>
    private int _activating;

    private TimeSpan Now => time.GetUtcNow() - _start;

    public Task<VoteBatchOutcome> RecordAsync(string lawId, VoteBatch batch, CancellationToken cancellationToken)
    {
        var call = new Call(lawId, new VoteBatchReader(batch).Count, Now, !_active.Contains(lawId));
        _activating += call.IsCold ? 1 : 0;
        MostActivating = Math.Max(MostActivating, _activating);
        _waiting.Enqueue(call);
        _sent.Enqueue(call);
        return call.Outcome.Task;
    }

    /// <summary>Lets time pass, and works meanwhile.</summary>
    public void Step(TimeSpan step)
    {
        time.Advance(step);
        _budget += step;
        while (_budget > TimeSpan.Zero && _waiting.TryDequeue(out var call))
        {
            _budget -= _active.Contains(call.LawId) ? timeOfWarm : timeOfCold;
            if (Now - call.SentAt < Patience)
            {
                _active.Add(call.LawId);
                _answers.Enqueue((call, Now + FlushTime));
            }
        }

        _budget = _waiting.Count == 0 && _budget > TimeSpan.Zero ? TimeSpan.Zero : _budget;
        while (_answers.TryPeek(out var next) && next.At <= Now)
        {
            End(_answers.Dequeue().Call, static call => call.Outcome.SetResult(new(call.Votes, 0, 0, [])));
        }

        while (_sent.TryPeek(out var oldest) && (oldest.IsEnded || Now - oldest.SentAt >= Patience))
        {
            End(_sent.Dequeue(), static call => call.Outcome.SetException(new TimeoutException()));
        }
    }

    private void End(Call call, Action<Call> end)
    {
        if (!call.IsEnded)
        {
            call.IsEnded = true;
            _activating -= call.IsCold ? 1 : 0;
            end(call);
            Recorded += call.Outcome.Task.IsCompletedSuccessfully ? call.Votes : 0;
        }
    }

    private sealed record Call(string LawId, int Votes, TimeSpan SentAt, bool IsCold)
    {
        public bool IsEnded { get; set; }

        // Continuations run where the outcome is set, so that nothing is left to wait for.
        public TaskCompletionSource<VoteBatchOutcome> Outcome { get; } = new();
    }
}
