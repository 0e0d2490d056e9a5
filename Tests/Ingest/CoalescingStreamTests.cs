using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Votes.Ingest;
using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>On real sockets of the loopback address, with a clock that stands still unless it is told to go on.</summary>
public sealed class CoalescingStreamTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly byte[] _buffer = new byte[CoalescingStream.BufferBytes];
    private Socket _socket = null!;
    private Socket _broker = null!;
    private CoalescingStream _stream = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4 * CoalescingStream.BufferBytes };
        await _socket.ConnectAsync(listener.LocalEndPoint!, Stop);
        _broker = await listener.AcceptAsync(Stop);
        _broker.NoDelay = true;
        _stream = new CoalescingStream(_socket, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task What_comes_fast_is_read_together_a_moment_later()
    {
        await ReadFastAsync();
        await SendAsync(3);
        var read = ReadAsync();
        await SendAsync(4);
        await UntilAvailableAsync(2);
        Assert.False(read.IsCompleted);

        _time.Advance(CoalescingStream.Moment);
        Assert.Equal([3, 4], await read);
    }

    [Fact]
    public async Task Much_at_once_is_followed_by_a_pause_however_long_ago_the_last_read_was()
    {
        _time.Advance(10 * CoalescingStream.Moment);
        await SendAsync(new byte[CoalescingStream.ManyBytes]);
        await UntilAvailableAsync(CoalescingStream.ManyBytes);
        Assert.Equal(CoalescingStream.ManyBytes, (await ReadAsync()).Length);

        await SendAsync(1);
        await UntilAvailableAsync(1);
        var read = ReadAsync();
        Assert.False(read.IsCompleted);
        _time.Advance(CoalescingStream.Moment);
        Assert.Equal([1], await read);
    }

    [Fact]
    public async Task What_comes_after_a_rest_is_read_at_once()
    {
        await ReadFastAsync();
        for (byte message = 3; message < 6; message++)
        {
            _time.Advance(CoalescingStream.Moment);
            await SendAsync(message);
            Assert.Equal([message], await ReadAsync());
        }
    }

    [Fact]
    public async Task More_than_one_read_holds_is_read_without_a_pause()
    {
        var sent = new byte[CoalescingStream.BufferBytes + 1];
        Random.Shared.NextBytes(sent);
        await SendAsync(sent);
        await UntilAvailableAsync(sent.Length);

        // By small and by large pieces, as they are asked for.
        var received = new List<byte>();
        while (received.Count < sent.Length)
        {
            var count = await _stream.ReadAsync(_buffer.AsMemory(0, 1 + (received.Count % 5_000)), Stop);
            received.AddRange(_buffer[..count]);
        }

        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Read_that_waits_a_moment_heeds_its_token()
    {
        await ReadFastAsync();
        await AssertHeedsTokenAsync();

        // Nothing is lost by it.
        await SendAsync(3);
        _time.Advance(CoalescingStream.Moment);
        Assert.Equal([3], await ReadAsync());
    }

    [Fact]
    public async Task Read_that_waits_for_the_broker_heeds_its_token_and_leaves_nothing_behind()
    {
        await SendAsync(1);
        Assert.Equal([1], await ReadAsync());
        await AssertHeedsTokenAsync();

        await SendAsync(2);
        Assert.Equal([2], await ReadAsync());
    }

    [Fact]
    public async Task End_of_the_connection_is_the_end_of_the_stream()
    {
        await SendAsync(1);
        await UntilAvailableAsync(1);
        _broker.Shutdown(SocketShutdown.Both);
        Assert.Equal([1], await ReadAsync());

        _time.Advance(CoalescingStream.Moment);
        Assert.Empty(await ReadAsync());
    }

    private async Task ReadFastAsync()
    {
        for (byte message = 1; message < 3; message++)
        {
            await SendAsync(message);
            Assert.Equal([message], await ReadAsync());
        }
    }

    private async Task AssertHeedsTokenAsync()
    {
        using var enough = new CancellationTokenSource();
        var read = _stream.ReadAsync(_buffer, enough.Token);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
    }

    private async Task SendAsync(params byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await _broker.SendAsync(bytes.AsMemory(sent), Stop);
        }
    }

    private async Task<byte[]> ReadAsync() => _buffer[..await _stream.ReadAsync(_buffer, Stop)];

    private async Task UntilAvailableAsync(int bytes) => Assert.True(await Poll.UntilAsync(
        _ => Task.FromResult(_socket.Available >= bytes), TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(1), Stop));
}
