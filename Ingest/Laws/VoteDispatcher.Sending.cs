using System.Diagnostics.CodeAnalysis;
using Votes.Grains.Interfaces;

namespace Votes.Ingest.Laws;

/// <summary>Which law may send next, within the bounds on calls in flight.</summary>
public sealed partial class VoteDispatcher
{
    [ThreadStatic]
    private static VoteDispatcher? _sending;

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private void SendReady()
    {
        // A call that ends at once comes back here; its loop goes on, and a loop in a loop would use the stack up.
        if (_sending == this)
        {
            return;
        }

        var outer = _sending;
        _sending = this;
        try
        {
            while (TryTakeCall() is { } call)
            {
                // Observes its own failures: they put the votes back.
                _ = SendAsync(call);
            }
        }
        finally
        {
            _sending = outer;
        }
    }

    private VoteCall? TryTakeCall()
    {
        lock (_gate)
        {
            while (TryTakeReady(out var outbox, out var isCold))
            {
                outbox.IsQueued = false;
                if (outbox.IsHeld)
                {
                    // A call failed since it was queued; it is made ready again when it is due.
                    continue;
                }

                var call = outbox.TakeNext();
                _metrics.DroppedStale(outbox.DropStale(call));
                if (call.Count > 0)
                {
                    (call.IsCold, call.Round, call.SentAt) = (isCold, _window.Round, Now);
                    _coldCallsInFlight += isCold ? 1 : 0;
                    _metrics.CallsInFlight(++_callsInFlight);
                    MakeReady(outbox);
                    return call;
                }

                outbox.Landed(call);
                outbox.Settled(call);
                call.Release();
                MakeReady(outbox);
                ForgetIfIdle(outbox);
            }

            return null;
        }
    }

    private bool TryTakeReady([NotNullWhen(true)] out LawOutbox? outbox, out bool isCold)
    {
        outbox = null;
        isCold = false;
        if (_callsInFlight >= _window.Limit)
        {
            _window.Full();
            return false;
        }

        // Cold laws first, or warm ones would keep them waiting for ever; but no more than half of all, or the other way round.
        var cold = _ready.Count > 0 ? (_window.Limit + 1) / 2 : _window.Limit;
        isCold = _coldCallsInFlight < Math.Min(cold, _options.ColdCallsInFlight) && _readyCold.TryDequeue(out outbox);
        return isCold || _ready.TryDequeue(out outbox);
    }

    private void Answered(VoteCall call)
    {
        var now = Now;
        call.Outbox.IsWarm = true;
        _warm.Add(call.Outbox.LawId, now);
        _window.Answered(call.Round, now - call.SentAt, now);
        _metrics.CallsAllowed(_window.Limit);
    }

    private void Failed(VoteCall call, Exception cause)
    {
        switch (cause)
        {
            case VotesNotDurableException:
                // The grain's own answer: it is there, and the database is slow or away.
                Answered(call);
                break;
            case TimeoutException:
                call.Outbox.IsWarm = false;
                _warm.Remove(call.Outbox.LawId);
                if (_window.TimedOut(call.Round, Now))
                {
                    _metrics.CallsAllowed(_window.Limit);
                    _outage.Narrowed(_window.Limit, _options.CallsInFlight);
                }

                break;
            default:
                // A silo that is gone, or a fault: it says nothing about how much silos can do.
                call.Outbox.IsWarm = false;
                _warm.Remove(call.Outbox.LawId);
                break;
        }
    }
}
