using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Votes.Tests.Servers;

/// <summary>
/// Stands between a client and a server: cuts their connections, or falls silent, when the test says so. Silence is that
/// of a network: nothing arrives, connections stay open, and what was sent meanwhile arrives when it ends.
/// </summary>
public sealed class BreakableProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _sockets = [];
    private readonly string _host;
    private readonly int _port;
    private volatile TaskCompletionSource _toServer = Open();
    private volatile TaskCompletionSource _toClient = Open();

    public BreakableProxy(string host, int port)
    {
        _host = host;
        _port = port;
        _listener.Start();

        // Ends, observed by nobody, when the listener stops.
        _ = AcceptAsync();
    }

    /// <summary>The port on the loopback address.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Cuts every connection; new ones are let through.</summary>
    public void Break()
    {
        while (_sockets.TryTake(out var socket))
        {
            socket.Dispose();
        }
    }

    /// <summary>Holds back what is sent from now on, on connections that are open and on new ones.</summary>
    public void Silence(bool toServer = true, bool toClient = true)
    {
        _toServer = toServer ? Closed() : _toServer;
        _toClient = toClient ? Closed() : _toClient;
    }

    /// <summary>Ends the silence.</summary>
    public void Heal()
    {
        _toServer.TrySetResult();
        _toClient.TrySetResult();
    }

    public void Dispose()
    {
        _listener.Dispose();
        Heal();
        Break();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            // Observes its own failures, and ends when either side is cut.
            _ = RelayAsync(await _listener.AcceptTcpClientAsync());
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        _sockets.Add(client);
        _sockets.Add(server);
        try
        {
            await server.ConnectAsync(_host, _port);
            await Task.WhenAny(
                CopyAsync(client.GetStream(), server.GetStream(), () => _toServer.Task),
                CopyAsync(server.GetStream(), client.GetStream(), () => _toClient.Task));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException
            or InvalidOperationException)
        {
            // Cut while it was being made.
        }

        client.Dispose();
    }

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, Func<Task> open)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer) is > 0 and var read)
        {
            await open();
            await to.WriteAsync(buffer.AsMemory(0, read));
        }

        // The end travels as the rest does.
        await open();
    }

    private static TaskCompletionSource Closed() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Open()
    {
        var open = Closed();
        open.SetResult();
        return open;
    }
}
