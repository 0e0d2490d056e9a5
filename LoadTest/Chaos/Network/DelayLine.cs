using System.Buffers;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Votes.LoadTest.Chaos.Network;

/// <summary>
/// Chunks on their way to a socket, each with the time at which it is due, so that latency costs no throughput. Owned
/// by one pump, which alone adds to it. Holds at most <see cref="MostChunks"/> chunks; then the pump waits, the sender's
/// window fills, and chunks grow.
/// </summary>
internal sealed class DelayLine(Socket to, TimeProvider time)
{
    private const int MostChunks = 512;

    private readonly Channel<Chunk> _chunks = Channel.CreateBounded<Chunk>(
        new BoundedChannelOptions(MostChunks) { SingleReader = true, SingleWriter = true });

    private int _waiting;

    /// <summary>Whether everything that was added has been sent.</summary>
    public bool IsEmpty => Volatile.Read(ref _waiting) == 0;

    /// <summary>Adds a copy of these bytes, to be sent after the delay; waits for room.</summary>
    public ValueTask AddAsync(ReadOnlySpan<byte> bytes, TimeSpan delay)
    {
        var copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(copy);
        Interlocked.Increment(ref _waiting);
        return _chunks.Writer.WriteAsync(new Chunk(copy, bytes.Length, time.GetTimestamp(), delay));
    }

    /// <summary>Says that nothing will be added any more: the line ends once it is empty.</summary>
    public void Complete() => _chunks.Writer.TryComplete();

    /// <summary>Sends what is due until the line is complete, or its socket fails or is disposed of.</summary>
    public async Task RunAsync()
    {
        try
        {
            await foreach (var chunk in _chunks.Reader.ReadAllAsync())
            {
                // Timers count in whole milliseconds and may be a little early: nothing is sent before it is due.
                while (chunk.Delay - time.GetElapsedTime(chunk.AddedAt) is { Ticks: > 0 } left)
                    await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time);
                await SendAsync(to, chunk.Bytes.AsMemory(0, chunk.Length));
                ArrayPool<byte>.Shared.Return(chunk.Bytes);
                Interlocked.Decrement(ref _waiting);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // A pump that waits for room goes on, and finds out itself that the socket is of no use.
            _chunks.Writer.TryComplete();
            while (_chunks.Reader.TryRead(out _))
            {
            }
        }
    }

    /// <summary>Sends all of it.</summary>
    public static async ValueTask SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes)..];
    }

    private readonly record struct Chunk(byte[] Bytes, int Length, long AddedAt, TimeSpan Delay);
}
