using Votes.LoadTest.Planning;

namespace Votes.LoadTest.Publishing;

/// <summary>
/// Sends blocks of a plan over one connection at a time. When the connection is lost, it opens another and sends what
/// was not confirmed again, with the same bytes: the broker may have had them, and then they come out as redelivered.
/// </summary>
internal sealed class PublisherLane(
    int number, MessagePlan plan, MessageWriter writer, TracedMessages traced, BlockCursor cursor, Pacer pacer,
    Broker broker, PublishControl control, PublishCounters counters, Endpoints endpoints, LoadSettings settings,
    TimeProvider time)
{
    private static readonly TimeSpan ShortestBackoff = TimeSpan.FromMilliseconds(100);

    private readonly byte[] _buffer = new byte[MessageWriter.BufferBytes];
    private IReadOnlyList<Unconfirmed> _again = [];
    private DateTimeOffset[] _castAt = [];
    private long _blockStart;
    private long _blockEnd;
    private long _index;

    /// <summary>Returns when every message of every block this lane took is confirmed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var lastProgress = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var confirmedBefore = counters.Confirmed;
            try
            {
                await UseConnectionAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (Broker.IsTransient(exception)
                && !cancellationToken.IsCancellationRequested)
            {
                if (counters.Confirmed > confirmedBefore)
                    (attempt, lastProgress) = (0, time.GetTimestamp());
                if (time.GetElapsedTime(lastProgress) > settings.ReconnectLimit)
                    throw broker.Unreachable(exception);
            }

            counters.AddReconnect();
            await Task.Delay(Backoff(attempt), time, cancellationToken);
        }
    }

    private TimeSpan Backoff(int attempt)
    {
        var longest = Math.Min(settings.LongestBackoff.Ticks, ShortestBackoff.Ticks << Math.Min(attempt, 10));
#pragma warning disable CA5394 // Jitter keeps connections from coming back all at once; nothing secret rests on it.
        return TimeSpan.FromTicks(Random.Shared.NextInt64(ShortestBackoff.Ticks / 2, longest + 1));
#pragma warning restore CA5394
    }

    private async Task UseConnectionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await LaneConnection.OpenAsync(
            broker, counters, settings, endpoints, $"publisher {number}", cancellationToken);
        var resent = 0;
        try
        {
            while (resent < _again.Count)
            {
                await MakeRoomAsync(connection, cancellationToken);
                var unconfirmed = _again[resent++];
                var message = plan.At(unconfirmed.Index);
                counters.AddRepublished(message.Kind == MessageKind.Malformed);
                await SendAsync(connection, message, unconfirmed.CastAt);
            }

            _again = [];
            resent = 0;

            while (_index < _blockEnd || TakeBlock())
            {
                await MakeRoomAsync(connection, cancellationToken);
                await RestIfPausedAsync(connection, cancellationToken);
                if (pacer.Next() is { Ticks: > 0 } wait)
                    await PauseAsync(connection, wait, cancellationToken);
                // The message counts as taken from here on: if sending fails, it is among the unconfirmed.
                var message = plan.At(_index++);
                await SendAsync(connection, message, CastAt(message));
            }

            await SettleAsync(connection, cancellationToken);
        }
        catch
        {
            _again = [.. connection.Window.CloseAndTake(), .. _again.Skip(resent)];
            throw;
        }
    }

    private async Task SettleAsync(LaneConnection connection, CancellationToken cancellationToken)
    {
        while (!connection.Window.IsSettled())
        {
            await connection.WaitForConfirmsAsync(0, time, cancellationToken);
            await ResendRefusedAsync(connection, cancellationToken);
        }
    }

    private async Task RestIfPausedAsync(LaneConnection connection, CancellationToken cancellationToken)
    {
        if (control.Paused is not { } pause)
            return;
        await SettleAsync(connection, cancellationToken);
        connection.Idle();
        await control.RestAsync(pause, cancellationToken);
    }

    private async Task MakeRoomAsync(LaneConnection connection, CancellationToken cancellationToken)
    {
        await ResendRefusedAsync(connection, cancellationToken);
        if (!connection.Window.HasRoom)
            await connection.WaitForConfirmsAsync(settings.Window * 3 / 4, time, cancellationToken);
    }

    private async Task ResendRefusedAsync(LaneConnection connection, CancellationToken cancellationToken)
    {
        while (connection.Window.HasRoom && connection.Window.TryTakeRefused(out var refused))
        {
            // A broker that refuses is short of something; a pause leaves it the time to recover.
            await PauseAsync(connection, ShortestBackoff, cancellationToken);
            await SendAsync(connection, plan.At(refused.Index), refused.CastAt);
        }
    }

    private async Task PauseAsync(LaneConnection connection, TimeSpan wait, CancellationToken cancellationToken)
    {
        connection.Idle();
        await Task.Delay(wait, time, cancellationToken);
    }

    private ValueTask SendAsync(LaneConnection connection, in PlannedMessage message, DateTimeOffset castAt)
    {
        // The vote is its source's: a redelivery may be sent before the message that it repeats.
        control.Sending(message.Source);
        var length = writer.Write(message, castAt, _buffer);
        return connection.SendAsync(
            new(message.Index, castAt), _buffer.AsMemory(0, length), traced.TraceparentOf(message));
    }

    private bool TakeBlock()
    {
        if (!cursor.TryTake(out _blockStart, out _blockEnd))
            return false;
        _index = _blockStart;
        if (_castAt.Length < _blockEnd - _blockStart)
            _castAt = new DateTimeOffset[_blockEnd - _blockStart];
        Array.Clear(_castAt);
        return true;
    }

    // A redelivery carries the time of the message it repeats, whichever of the two is sent first.
    private DateTimeOffset CastAt(in PlannedMessage message)
    {
        ref var castAt = ref _castAt[message.Source - _blockStart];
        if (castAt == default)
            castAt = time.GetUtcNow();
        return castAt;
    }
}
