namespace Votes.Ingest.Laws;

/// <summary>Which law may send next, within the bounds on calls in flight.</summary>
public sealed partial class VoteDispatcher
{
    [ThreadStatic]
    private static VoteDispatcher? _sending;

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
            while (_callsInFlight < _options.CallsInFlight && _ready.TryDequeue(out var outbox))
            {
                outbox.IsQueued = false;
                if (outbox.IsHeld)
                {
                    // A call failed since it was queued; it is made ready again when it is due.
                    continue;
                }

                var call = outbox.TakeNext();
                _metrics.DroppedStale(call.DropStale());
                if (call.Count > 0)
                {
                    outbox.CallsInFlight++;
                    _metrics.CallsInFlight(++_callsInFlight);
                    MakeReady(outbox);
                    return call;
                }

                call.Release();
                MakeReady(outbox);
                ForgetIfIdle(outbox);
            }

            return null;
        }
    }
}
