using Microsoft.Extensions.Logging;

namespace Votes.Ingest.Lanes;

/// <summary>
/// Consumes votes over one connection at a time, for as long as the process runs: a connection that is lost is
/// replaced, with back-off, for ever.
/// </summary>
public sealed partial class Lane
{
    private readonly LaneParts _parts;
    private readonly Backoff _backoff;
    private readonly HeldBytes _bytes;
    private readonly RedeliveryWatch _redeliveries;
    private volatile bool _isConsuming;
    private volatile LaneSession? _session;

    /// <summary>Creates the lane.</summary>
    public Lane(LaneParts parts)
    {
        _parts = parts;
        _bytes = new HeldBytes(parts.Options.MaxHeldBytesPerLane, parts.Options.PrefetchPerLane);
        _redeliveries = new RedeliveryWatch(parts.Name, parts.Metrics.Lane(parts.Name), parts.Time, parts.Log);
        _backoff = new Backoff(parts.Options.ReconnectMinDelay, parts.Options.ReconnectMaxDelay);
    }

    /// <summary>True while the broker delivers to this lane.</summary>
    public bool IsConsuming => _isConsuming;

    /// <summary>How long ago the oldest message that is not settled was received; null: the lane holds none.</summary>
    public TimeSpan? Oldest => _session?.Oldest;

    /// <summary>Consumes until asked to stop, then settles what is in flight, acks it and closes.</summary>
    /// <param name="drainTimeout">How long to wait for what is in flight.</param>
    /// <param name="stop">Asks to stop.</param>
    public async Task RunAsync(TimeSpan drainTimeout, CancellationToken stop)
    {
        var failures = 0;
        var isTold = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var session = await LaneSession.OpenAsync(_parts, _bytes, _redeliveries, stop);
                failures = 0;
                isTold = false;
                await ConsumeAsync(session, drainTimeout, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever keeps the lane from consuming, the only remedy here is to try again.
                _parts.Metrics.Error(e);
                if (!isTold)
                {
                    isTold = true;
                    LogCannotConnect(_parts.Log, e, _parts.Name);
                }
            }

            if (!stop.IsCancellationRequested)
            {
                _parts.Metrics.Reconnecting("lane");
                await WaitAsync(_backoff.Delay(++failures, Random.Shared.NextDouble()), stop);
            }
        }
    }

    private async Task ConsumeAsync(LaneSession session, TimeSpan drainTimeout, CancellationToken stop)
    {
        LogConsuming(_parts.Log, _parts.Name, _parts.Options.Queue);
        _parts.Metrics.LaneStarted();
        _session = session;
        _isConsuming = true;
        try
        {
            await session.Lost.WaitAsync(stop);
            session.Dispose();
        }
        catch (OperationCanceledException)
        {
            // Asked to stop. The drain has its own limit, and nothing else ends it early.
            _isConsuming = false;
            await session.DrainAsync(drainTimeout);
        }
        finally
        {
            _isConsuming = false;
            _session = null;
            _parts.Metrics.LaneStopped();
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken stop)
    {
        try
        {
            await Task.Delay(delay, _parts.Time, stop);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop: there is no need to connect again.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Lane} consumes {Queue}.")]
    private static partial void LogConsuming(ILogger log, string lane, string queue);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Lane} cannot consume; it tries again until it can. This is said once for each loss.")]
    private static partial void LogCannotConnect(ILogger log, Exception cause, string lane);
}
