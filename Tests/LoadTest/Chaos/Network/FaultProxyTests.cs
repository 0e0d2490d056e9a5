using System.Net.Sockets;
using Votes.LoadTest.Chaos.Network;
using Xunit;
using static Votes.Tests.LoadTest.Chaos.Network.ProxiedServer;

namespace Votes.Tests.LoadTest.Chaos.Network;

public sealed class FaultProxyTests : IAsyncDisposable
{
    private static readonly byte[] Ping = [1, 2, 3, 4];
    private static readonly byte[] Pong = [5, 6, 7];

    private readonly ProxiedServer _proxied = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private FaultProxy Proxy => _proxied.Proxy;

    public ValueTask DisposeAsync() => _proxied.DisposeAsync();

    [Fact]
    public async Task Bytes_pass_both_ways_and_an_end_in_order_arrives()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        Assert.False(Proxy.Counts.CarriedWithin(TimeSpan.FromDays(1)));
        await PingPongAsync(client, server);
        Assert.True(Proxy.Counts.CarriedWithin(TimeSpan.FromDays(1)));
        Assert.False(Proxy.Counts.CarriedWithin(TimeSpan.Zero));

        client.Shutdown(SocketShutdown.Send);
        Assert.Equal((0, false), await ReadToEndAsync(server, Stop));
        await SendAsync(server, Pong, Stop);
        server.Shutdown(SocketShutdown.Send);
        Assert.Equal((Pong.Length, false), await ReadToEndAsync(client, Stop));
    }

    [Fact]
    public async Task Many_megabytes_arrive_as_they_were_sent()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        var sent = new byte[32 * 1024 * 1024];
        for (var i = 0; i < sent.Length; i++)
            sent[i] = (byte)(i * 31 >> 3);

        var sending = SendAsync(client, sent, Stop);
        var received = await ReadAsync(server, sent.Length, Stop);
        await sending;

        Assert.True(received.AsSpan().SequenceEqual(sent));
    }

    [Fact]
    public async Task Late_bytes_arrive_in_order_and_only_after_the_delay()
    {
        var latency = TimeSpan.FromMilliseconds(40);
        var (client, server) = await _proxied.ConnectAsync(Stop);
        await Proxy.SetAsync(ProxyMode.Late(latency), Stop);

        var start = TimeProvider.System.GetTimestamp();
        await PingPongAsync(client, server);
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= 2 * latency);

        // What is still under way is not overtaken by what is sent once latency has gone.
        await SendAsync(client, Ping, Stop);
        while (Proxy.Counts.BytesLate < (2 * Ping.Length) + Pong.Length)
            await Task.Yield();
        await Proxy.SetAsync(ProxyMode.Pass, Stop);
        await SendAsync(client, Pong, Stop);
        byte[] inOrder = [.. Ping, .. Pong];
        Assert.Equal(inOrder, await ReadAsync(server, inOrder.Length, Stop));
    }

    [Fact]
    public async Task Latency_costs_no_throughput()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        await Proxy.SetAsync(ProxyMode.Late(TimeSpan.FromMilliseconds(200)), Stop);
        var sent = new byte[4 * 1024 * 1024];

        // Chunk by chunk, 200 ms each, it would take half a minute.
        var start = TimeProvider.System.GetTimestamp();
        var sending = SendAsync(client, sent, Stop);
        await ReadAsync(server, sent.Length, Stop);
        await sending;

        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Cut_resets_what_is_open_and_refuses_what_is_new_until_it_is_over()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        await PingPongAsync(client, server);

        await Proxy.SetAsync(ProxyMode.Cut, Stop);

        Assert.Equal((0, true), await ReadToEndAsync(client, Stop));
        Assert.Equal((0, true), await ReadToEndAsync(server, Stop));
        var refused = await Assert.ThrowsAsync<SocketException>(() => _proxied.ConnectAsync(Stop));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Equal(1, Proxy.Counts.Resets);

        await Proxy.SetAsync(ProxyMode.Pass, Stop);
        var (again, serverAgain) = await _proxied.ConnectAsync(Stop);
        await PingPongAsync(again, serverAgain);
    }

    [Fact]
    public async Task Client_of_a_server_that_is_gone_is_reset()
    {
        await using var proxy = new FaultProxy(
            Votes.LocalCluster.Ports.Free(), seed: 1, watchesCommits: false, TimeProvider.System);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        // The reset may come while the client still looks at what became of its attempt.
        var reset = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            await client.ConnectAsync("127.0.0.1", proxy.Port, Stop);
            await client.ReceiveAsync(new byte[1], Stop);
        });
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Silence_stops_one_direction_of_old_and_new_connections(bool losesBytes)
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        await PingPongAsync(client, server);
        await Proxy.SetAsync(ProxyMode.Silent(Direction.ToClient, losesBytes), Stop);

        var (newClient, newServer) = await _proxied.ConnectAsync(Stop);
        await SendAsync(server, Pong, Stop);
        await SendAsync(newServer, Pong, Stop);
        while (Proxy.Counts.BytesSilenced < 2 * Pong.Length)
            await Task.Yield();
        Assert.Equal((0, 0), (client.Available, newClient.Available));
        foreach (var (from, to) in new[] { (client, server), (newClient, newServer) })
        {
            await SendAsync(from, Ping, Stop);
            Assert.Equal(Ping, await ReadAsync(to, Ping.Length, Stop));
        }
    }

    [Fact]
    public async Task Bytes_kept_by_a_silence_arrive_when_it_ends()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        await Proxy.SetAsync(ProxyMode.Silent(Direction.ToClient, losesBytes: false), Stop);
        await SendAsync(server, Pong, Stop);
        while (Proxy.Counts.BytesSilenced < Pong.Length)
            await Task.Yield();

        await Proxy.SetAsync(ProxyMode.Pass, Stop);

        Assert.Equal(Pong, await ReadAsync(client, Pong.Length, Stop));
        await PingPongAsync(client, server);
    }

    [Fact]
    public async Task Only_a_connection_that_lost_bytes_is_reset_when_the_silence_ends()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        var (quietClient, quietServer) = await _proxied.ConnectAsync(Stop);
        await Proxy.SetAsync(ProxyMode.Silent(Direction.ToClient, losesBytes: true), Stop);
        await SendAsync(server, Pong, Stop);
        while (Proxy.Counts.BytesSilenced < Pong.Length)
            await Task.Yield();

        await Proxy.SetAsync(ProxyMode.Pass, Stop);

        Assert.Equal((0, true), await ReadToEndAsync(client, Stop));
        await PingPongAsync(quietClient, quietServer);
    }

    [Fact]
    public async Task Reset_of_the_silent_side_arrives_only_when_the_silence_ends()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        await Proxy.SetAsync(ProxyMode.Silent(Direction.ToClient, losesBytes: false), Stop);
        server.LingerState = new LingerOption(true, 0);
        server.Dispose();
        var ended = ReadToEndAsync(client, Stop);

        // A connection made after the reset has been carried both ways: the reset had every chance to arrive.
        var (other, otherServer) = await _proxied.ConnectAsync(Stop);
        await SendAsync(other, Ping, Stop);
        await ReadAsync(otherServer, Ping.Length, Stop);
        Assert.False(ended.IsCompleted);

        await Proxy.SetAsync(ProxyMode.Pass, Stop);
        Assert.Equal((0, true), await ended);
    }

    [Fact]
    public async Task Reset_passes_part_of_a_chunk_and_then_resets_both_sides()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        await Proxy.SetAsync(ProxyMode.Reset(TimeSpan.Zero, TimeSpan.Zero), Stop);

        await SendAsync(client, new byte[1000], Stop);

        var (bytes, isReset) = await ReadToEndAsync(server, Stop);
        Assert.InRange(bytes, 0, 999);
        Assert.True(isReset);
        Assert.Equal((0, true), await ReadToEndAsync(client, Stop));
        Assert.Equal(1, Proxy.Counts.Resets);
    }

    [Fact]
    public async Task Connection_is_not_reset_before_its_time()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        await Proxy.SetAsync(ProxyMode.Reset(TimeSpan.FromHours(1), TimeSpan.FromHours(2)), Stop);

        await PingPongAsync(client, server);

        Assert.Equal(0, Proxy.Counts.Resets);
    }

    [Fact]
    public async Task Disposal_ends_open_connections_in_any_mode()
    {
        var (client, server) = await _proxied.ConnectAsync(Stop);
        await Proxy.SetAsync(ProxyMode.Silent(Direction.ToClient, losesBytes: false), Stop);
        await SendAsync(server, Pong, Stop);
        while (Proxy.Counts.BytesSilenced < Pong.Length)
            await Task.Yield();

        await Proxy.DisposeAsync();

        Assert.Equal((0, true), await ReadToEndAsync(client, Stop));
        Assert.Equal(0, Proxy.OpenConnections);
    }

    private static async Task PingPongAsync(Socket client, Socket server)
    {
        await SendAsync(client, Ping, Stop);
        Assert.Equal(Ping, await ReadAsync(server, Ping.Length, Stop));
        await SendAsync(server, Pong, Stop);
        Assert.Equal(Pong, await ReadAsync(client, Pong.Length, Stop));
    }
}
