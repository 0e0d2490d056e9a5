using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Votes.Grains.Interfaces;
using Votes.Ingest.Configuration;
using Votes.Ingest.DeadLetters;
using Votes.Ingest.Lanes;
using Votes.Ingest.Messages;

namespace Votes.Ingest.Laws;

/// <summary>
/// Sends votes to their laws' grains: a few calls in flight per law, so that votes that arrive meanwhile travel
/// together, and a bound on calls in flight altogether, which shrinks while calls time out. Votes whose call fails are held
/// and sent again, with back-off, until their outcome is known. Two votes of one person on a law that one consumer delivered
/// are settled in the order of their deliveries. Owns the laws' outboxes, under one lock that is taken once for each delivery
/// batch and twice for each call.
/// </summary>
public sealed partial class VoteDispatcher : IDisposable
{
    private readonly RecordVotes _record;
    private readonly Action<DeadLetter> _deadLetter;
    private readonly DispatchOptions _options;
    private readonly IngestMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<VoteDispatcher> _log;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LawOutbox> _outboxes = new(StringComparer.Ordinal);
    private readonly Queue<LawOutbox> _ready = new();
    private readonly Queue<LawOutbox> _readyCold = new();
    private readonly WarmLaws _warm = new();
    private readonly HeldLaws _held;
    private readonly CallsOutage _outage;
    private readonly CallWindow _window;
    private readonly long _start;
    private int _callsInFlight;
    private int _coldCallsInFlight;

    /// <summary>Creates the dispatcher.</summary>
    /// <param name="record">Makes one call to a law's grain.</param>
    /// <param name="deadLetter">Takes messages that are not counted; must not block.</param>
    /// <param name="options">The limits.</param>
    /// <param name="metrics">Where outcomes are counted.</param>
    /// <param name="time">The clock of retries.</param>
    /// <param name="log">Tells when votes are held, and when no more are.</param>
    /// <param name="random">Random numbers from 0 to 1, for the jitter.</param>
    /// <param name="responseTimeout">After this time without an answer a call fails; null: the option's default.</param>
    public VoteDispatcher(
        RecordVotes record,
        Action<DeadLetter> deadLetter,
        DispatchOptions options,
        IngestMetrics metrics,
        TimeProvider time,
        ILogger<VoteDispatcher> log,
        Func<double>? random = null,
        TimeSpan? responseTimeout = null)
    {
        _record = record;
        _deadLetter = deadLetter;
        _options = options;
        _metrics = metrics;
        _time = time;
        _log = log;
        _start = time.GetTimestamp();
        _window = new CallWindow(
            options.CallsInFlight, options.CallsInFlightAtLeast, responseTimeout ?? new ClusterOptions().ResponseTimeout);
        _metrics.CallsAllowed(_window.Limit);
        var backoff = new Backoff(options.RetryMinDelay, options.RetryMaxDelay);
        _outage = new CallsOutage(time, log);
        _held = new HeldLaws(backoff, time, random ?? Random.Shared.NextDouble, Retry);
    }

    /// <summary>How many laws have votes here: waiting, held or on their way.</summary>
    public int ActiveLaws
    {
        get
        {
            lock (_gate)
            {
                return _outboxes.Count;
            }
        }
    }

    /// <summary>True while calls to the grain of at least one law fail.</summary>
    public bool IsHeldUp => _outage.IsOngoing;

    /// <summary>Why calls have failed for a while; null where they have not.</summary>
    public string? HeldUpBy => _outage.Cause;

    /// <summary>Takes over a closed delivery batch: it settles when each message has a durable outcome.</summary>
    public void Dispatch(DeliveryBatch batch)
    {
        _metrics.Received(batch.Count);
        lock (_gate)
        {
            LawOutbox? outbox = null;
            var votes = batch.Votes;
            for (var i = 0; i < votes.Length; i++)
            {
                var lawId = votes[i].LawId;
                if (lawId is null)
                {
                    continue;
                }

                if (outbox?.LawId != lawId)
                {
                    outbox = OutboxOf(lawId);
                }

                outbox.Add(batch, i);
                MakeReady(outbox);
            }
        }

        foreach (var (index, reason) in batch.Poison)
        {
            _deadLetter(new DeadLetter(batch, index, reason));
        }

        SendReady();
    }

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    private LawOutbox OutboxOf(string lawId)
    {
        ref var outbox = ref CollectionsMarshal.GetValueRefOrAddDefault(_outboxes, lawId, out _);
        return outbox ??= new LawOutbox(lawId) { IsWarm = _warm.Contains(lawId) };
    }

    private void MakeReady(LawOutbox outbox)
    {
        if (outbox is { HasVotes: true, IsQueued: false, IsHeld: false }
            && outbox.CallsInFlight < (outbox.IsSplit ? 1 : _options.CallsInFlightPerLaw))
        {
            outbox.IsQueued = true;
            (outbox.IsWarm ? _ready : _readyCold).Enqueue(outbox);
        }
    }

    private async Task SendAsync(VoteCall call)
    {
        // Ended before others are sent: their spans are none of this one's.
        using (var span = CallTrace.Start(call))
        {
            VoteBatchOutcome? outcome = null;
            try
            {
                // No cancellation: it would give up knowing the outcome. The client's response timeout ends the wait.
                var answer = await _record(call.Outbox.LawId, call.Pack(), CancellationToken.None);
                outcome = call.IsAnsweredBy(answer)
                    ? answer
                    : throw new InvalidDataException("The grain's answer does not speak of each vote once.");
            }
            catch (MalformedVoteBatchException e)
            {
                span?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
                Refused(call, e);
            }
            catch (Exception e)
            {
                // Whatever it was, what became of the votes is unknown, and to send them again is harmless.
                span?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
                Fail(call, e);
            }

            if (outcome is { } known)
            {
                Complete(call, known);
            }
        }

        SendReady();
    }

    private void Complete(VoteCall call, in VoteBatchOutcome outcome)
    {
        _metrics.Recorded(outcome.Counted, outcome.Redelivered, outcome.Duplicates);
        ReadOnlySpan<RejectedVote> rejected = outcome.Rejected;
        foreach (var vote in rejected)
        {
            _deadLetter(call.DeadLetter(vote.Index, PoisonReason.Of(vote.Reason)));
        }

        call.Settle(rejected);
        lock (_gate)
        {
            Landed(call);
            Answered(call);
            call.Outbox.Settled(call);
            Succeeded(call.Outbox);
            MakeReady(call.Outbox);
            ForgetIfIdle(call.Outbox);
        }

        call.Release();
    }

    /// <summary>The grain cannot take the call: halve it until the vote that is to blame stands alone.</summary>
    private void Refused(VoteCall call, MalformedVoteBatchException cause)
    {
        _metrics.Error(cause);
        LogRefused(_log, cause, call.Count);
        if (call.Count == 1)
        {
            _deadLetter(call.DeadLetter(
                0, new Poison(PoisonReason.RefusedByGrain, "", "The law's grain calls the vote malformed.")));
        }

        lock (_gate)
        {
            var outbox = call.Outbox;
            Landed(call);
            if (call.Count == 1)
            {
                outbox.Settled(call);
                call.Release();
            }
            else
            {
                outbox.Split(call);
            }

            MakeReady(outbox);
            ForgetIfIdle(outbox);
        }
    }

    private void Fail(VoteCall call, Exception cause)
    {
        _metrics.Error(cause);
        lock (_gate)
        {
            var outbox = call.Outbox;
            Landed(call);
            Failed(call, cause);
            _outage.Failed(isFirstOfLaw: outbox.Failures++ == 0, cause, call.Count);
            if (!outbox.IsHeld)
            {
                _held.Add(outbox);
            }
        }
    }

    private void Landed(VoteCall call)
    {
        call.Outbox.Landed(call);
        _coldCallsInFlight -= call.IsCold ? 1 : 0;
        _metrics.CallsInFlight(--_callsInFlight);
    }

    private void Succeeded(LawOutbox outbox)
    {
        if (outbox.Failures > 0)
        {
            outbox.Failures = 0;
            _outage.Recovered();
        }
    }

    private void ForgetIfIdle(LawOutbox outbox)
    {
        if (outbox.IsIdle)
        {
            Succeeded(outbox);
            _outboxes.Remove(outbox.LawId);
        }
    }

    private void Retry()
    {
        lock (_gate)
        {
            while (_held.TryTakeDue(out var outbox))
            {
                MakeReady(outbox);
                ForgetIfIdle(outbox);
            }
        }

        SendReady();
    }
}
