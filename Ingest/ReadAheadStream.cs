using System.Net.Sockets;

namespace Votes.Ingest;

/// <summary>
/// The broker's stream, read from its socket in pieces of 64 KiB: the client asks for 4 KiB at a time, a system call for a
/// dozen votes. For one reader at a time, as the client is; writing is the socket's own.
/// </summary>
/// <param name="socket">A connected socket, which its client closes.</param>
public sealed class ReadAheadStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    private const int AheadBytes = 64 * 1024;

    private readonly byte[] _ahead = new byte[AheadBytes];
    private int _start;
    private int _end;

    /// <inheritdoc/>
    public override bool DataAvailable => _start < _end || base.DataAvailable;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _start < _end || buffer.IsEmpty ? new(Take(buffer.Span)) : FillAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_start == _end && !buffer.IsEmpty)
        {
            // Not by a span: of a type that is derived, the base reads that by the other method, which comes back here.
            (_start, _end) = (0, base.Read(_ahead, 0, _ahead.Length));
        }

        return Take(buffer);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    private async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        (_start, _end) = (0, await base.ReadAsync(_ahead, cancellationToken));
        return Take(buffer.Span);
    }

    private int Take(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, _end - _start);
        _ahead.AsSpan(_start, taken).CopyTo(buffer);
        _start += taken;
        return taken;
    }
}
