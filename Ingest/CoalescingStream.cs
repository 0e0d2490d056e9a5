using System.Net.Sockets;

namespace Votes.Ingest;

/// <summary>
/// What a broker sends, taken in large pieces. Whenever a few messages have come, up to three threads in a row would be woken
/// for them, which costs more than reading them does; so while data comes fast, the socket is left alone for a moment
/// between two reads. Network drivers call it interrupt coalescing. What comes after a rest is read at once.
/// </summary>
/// <param name="socket">A connected socket; whoever opened it closes it.</param>
/// <param name="time">The clock of the moments.</param>
public sealed class CoalescingStream(Socket socket, TimeProvider time) : NetworkStream(socket, ownsSocket: false)
{
    /// <summary>The most bytes of one read; where there are so many, the next one follows at once.</summary>
    public const int BufferBytes = 64 * 1024;

    /// <summary>A read of so many bytes, which is more than a vote or two, says that data comes fast.</summary>
    public const int ManyBytes = 1024;

    /// <summary>
    /// How long the socket is left alone after a read of <see cref="ManyBytes"/>, or one that came sooner than this after the
    /// one before it.
    /// </summary>
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(5);

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _from;
    private int _to;
    private long? _lastRead;
    private bool _isFast;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty || _from < _to ? new(Take(buffer.Span)) : ReceiveAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => _from < _to ? Take(buffer) : base.Read(buffer);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_isFast && time.GetElapsedTime(_lastRead!.Value) < Moment)
        {
            await Task.Delay(Moment, time, cancellationToken);
        }

        var count = await base.ReadAsync(_buffer, cancellationToken);
        (_from, _to) = (0, count);
        var isSoon = _lastRead is { } before && time.GetElapsedTime(before) < Moment;
        _isFast = count < BufferBytes && (count >= ManyBytes || isSoon);
        _lastRead = time.GetTimestamp();
        return Take(buffer.Span);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _to - _from);
        _buffer.AsSpan(_from, count).CopyTo(buffer);
        _from += count;
        return count;
    }
}
