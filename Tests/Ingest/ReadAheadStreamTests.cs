using System.Net;
using System.Net.Sockets;
using Votes.Ingest;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class ReadAheadStreamTests : IAsyncLifetime
{
    private const int MoreThanIsReadAtOnce = 200_000;

    private readonly Socket _reader = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private Socket _writer = null!;
    private ReadAheadStream _stream = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await _reader.ConnectAsync(listener.LocalEndPoint!, Stop);
        _writer = await listener.AcceptAsync(Stop);
        _stream = new ReadAheadStream(_reader);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _writer.Dispose();
        _reader.Dispose();
    }

    [Fact]
    public async Task Bytes_come_once_and_in_order_by_whichever_method_they_are_read()
    {
        var sent = new byte[MoreThanIsReadAtOnce];
        new Random(7).NextBytes(sent);
        var sending = SendAsync(sent);

        var got = new byte[sent.Length];
        var count = 0;
        for (var turn = 0; count < got.Length; turn++)
        {
            // Pieces from one byte to more than is read ahead.
            var piece = Math.Min(got.Length - count, 1 + (turn * 977 % 90_000));
            count += (turn % 4) switch
            {
                0 => await _stream.ReadAsync(got.AsMemory(count, piece), Stop),
                1 => await ReadIntoArrayAsync(got, count, piece),
                2 => ReadNow(got.AsSpan(count, piece)),
                _ => ReadNow(got, count, piece),
            };
        }

        await sending;
        Assert.Equal(sent, got);
        Assert.Equal(0, await _stream.ReadAsync(new byte[1], Stop));
        Assert.Equal(0, ReadNow(new byte[1], 0, 1));
    }

    [Fact]
    public async Task What_was_read_ahead_is_there_without_the_socket()
    {
        await _writer.SendAsync(new byte[] { 1, 2, 3 }, Stop);
        Assert.Equal(1, await _stream.ReadAsync(new byte[1], Stop));
        Assert.Equal(0, _reader.Available);
        Assert.True(_stream.DataAvailable);

        var rest = _stream.ReadAsync(new byte[16], Stop);

        Assert.True(rest.IsCompletedSuccessfully);
        Assert.Equal(2, await rest);
        Assert.False(_stream.DataAvailable);
    }

    [Fact]
    public async Task Read_that_waits_ends_with_its_token_and_the_next_one_finds_what_came_after()
    {
        using var ending = new CancellationTokenSource();
        var waiting = _stream.ReadAsync(new byte[8], ending.Token);
        await ending.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await waiting);

        await _writer.SendAsync(new byte[] { 42 }, Stop);
        var got = new byte[8];

        Assert.Equal(1, await _stream.ReadAsync(got, Stop));
        Assert.Equal(42, got[0]);
    }

    [Fact]
    public async Task Read_of_nothing_takes_nothing()
    {
        Assert.Equal(0, await _stream.ReadAsync(Memory<byte>.Empty, Stop));
        Assert.Equal(0, ReadNow([]));
    }

    [Fact]
    public async Task Reset_connection_is_an_error_once_what_was_read_ahead_is_taken()
    {
        await _writer.SendAsync(new byte[] { 1, 2 }, Stop);
        Assert.Equal(1, await _stream.ReadAsync(new byte[1], Stop));
        _writer.LingerState = new LingerOption(true, 0);
        _writer.Close();

        Assert.Equal(1, await _stream.ReadAsync(new byte[8], Stop));
        await Assert.ThrowsAsync<IOException>(() => ReadIntoArrayAsync(new byte[8], 0, 8));
    }

    private async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await _writer.SendAsync(bytes.AsMemory(sent), Stop);
        _writer.Shutdown(SocketShutdown.Send);
    }

#pragma warning disable CA1835 // The overloads with arrays are what is tested.
    private Task<int> ReadIntoArrayAsync(byte[] bytes, int offset, int count) =>
        _stream.ReadAsync(bytes, offset, count, Stop);

    private int ReadNow(byte[] bytes, int offset, int count) => _stream.Read(bytes, offset, count);
#pragma warning restore CA1835

    private int ReadNow(Span<byte> bytes) => _stream.Read(bytes);
}
