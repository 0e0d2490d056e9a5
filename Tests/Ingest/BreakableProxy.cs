using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Votes.Tests.Ingest;

/// <summary>Stands between a client and a server, and cuts their connections when the test says so.</summary>
internal sealed class BreakableProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _sockets = [];
    private readonly string _host;
    private readonly int _port;
    private volatile bool _isStalled;

    public BreakableProxy(string host, int port)
    {
        _host = host;
        _port = port;
        _listener.Start();

        // Ends, observed by nobody, when the listener stops.
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Cuts every connection; new ones are let through.</summary>
    public void Break()
    {
        while (_sockets.TryTake(out var socket))
        {
            socket.Dispose();
        }
    }

    /// <summary>Keeps connections open, and swallows what is sent on them from now on.</summary>
    public void Stall() => _isStalled = true;

    public void Dispose()
    {
        _listener.Dispose();
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
                CopyAsync(client.GetStream(), server.GetStream()), CopyAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException
            or InvalidOperationException)
        {
            // Cut while it was being made.
        }

        client.Dispose();
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer) is > 0 and var read)
        {
            if (!_isStalled)
            {
                await to.WriteAsync(buffer.AsMemory(0, read));
            }
        }
    }
}
