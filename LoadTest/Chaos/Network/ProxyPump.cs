using System.Buffers;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Votes.LoadTest.Chaos.Network;

/// <summary>One way of a connection: reads from one socket and writes to the other, as the proxy's mode says.</summary>
internal sealed class ProxyPump(
    Direction direction, Socket from, Socket to, ProxyConnection connection, ProxyState state, CommitWatch? commits)
{
    private const int BufferBytes = 32 * 1024;

    private readonly DelayLine _line = new(to, state.Time);
    private Task _lineTask = Task.CompletedTask;

    private Direction Opposite => direction == Direction.ToServer ? Direction.ToClient : Direction.ToServer;

    /// <summary>Carries bytes until this way has ended; never fails for what sockets do.</summary>
    public async Task RunAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await ReceiveAsync(buffer) is > 0 and var read && await CarryAsync(buffer.AsMemory(0, read)))
            {
                // The mode is asked for at each chunk.
            }

            await EndAsync();
        }
        finally
        {
            _line.Complete();
            await _lineTask;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Zero for an end in order; the connection is gone after any other one.
    private async ValueTask<int> ReceiveAsync(byte[] buffer)
    {
        try
        {
            return await from.ReceiveAsync(buffer);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // A reset does not arrive either where nothing arrives.
            await connection.WhileSilentAsync(direction);
            connection.Abort();
            return 0;
        }
    }

    private async ValueTask<bool> CarryAsync(ReadOnlyMemory<byte> chunk)
    {
        state.Counts.NoteCarried();
        var committed = commits?.Read(chunk.Span) ?? 0;
        var mode = connection.Mode;
        while (mode.Silences(direction))
        {
            state.Counts.AddSilenced(chunk.Length);
            if (mode.LosesBytes)
            {
                connection.LoseBytes(mode);
                return true;
            }

            await connection.WhileSilentAsync(direction);
            mode = connection.Mode;
        }

        switch (mode.Effect)
        {
            case ProxyEffect.Cut:
                connection.AbortAndCount();
                return false;
            case ProxyEffect.CommitCut when committed > 0 && connection.IsToCut(mode, committed):
                state.Counts.AddCommitCut();
                connection.AbortAndCount();
                return false;
            case ProxyEffect.Reset when connection.HasOutlived(mode):
                await SendAsync(chunk[..state.Draw(chunk.Length)], TimeSpan.Zero);
                connection.AbortAndCount();
                return false;
            case ProxyEffect.Late:
                state.Counts.AddLate(chunk.Length);
                return await SendAsync(chunk, mode.Latency);
            default:
                return await SendAsync(chunk, TimeSpan.Zero);
        }
    }

    private async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> chunk, TimeSpan delay)
    {
        try
        {
            if (delay == TimeSpan.Zero && _line.IsEmpty)
            {
                await DelayLine.SendAsync(to, chunk);
                return true;
            }

            // Chunks that are still under way go first, whatever the mode is now.
            if (_lineTask.IsCompleted)
                _lineTask = _line.RunAsync();
            await _line.AddAsync(chunk.Span, delay);
            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or ChannelClosedException)
        {
            // The other side is gone; this side learns it where the way back to it works.
            await connection.WhileSilentAsync(Opposite);
            connection.Abort();
            return false;
        }
    }

    private async Task EndAsync()
    {
        await connection.WhileSilentAsync(direction);
        _line.Complete();
        await _lineTask;
        if (connection.Ended.IsCompleted)
        {
            // A connection that is being reset says RST, and not FIN first.
            return;
        }

        try
        {
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The connection has ended on both sides.
        }
    }
}
