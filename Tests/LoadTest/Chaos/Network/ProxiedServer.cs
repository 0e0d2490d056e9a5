using System.Net;
using System.Net.Sockets;
using Votes.LoadTest.Chaos.Network;

namespace Votes.Tests.LoadTest.Chaos.Network;

/// <summary>A listening server with a proxy before it; the test itself plays client and server on real sockets.</summary>
internal sealed class ProxiedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];

    public ProxiedServer(bool watchesCommits = false)
    {
        _listener.Start();
        Proxy = new FaultProxy(
            ((IPEndPoint)_listener.LocalEndpoint).Port, seed: 1, watchesCommits, TimeProvider.System);
    }

    public FaultProxy Proxy { get; }

    /// <summary>Connects through the proxy; returns both ends.</summary>
    public async Task<(Socket Client, Socket Server)> ConnectAsync(CancellationToken cancellationToken)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sockets.Add(client);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Proxy.Port), cancellationToken);
        var server = await _listener.AcceptSocketAsync(cancellationToken);
        server.NoDelay = true;
        _sockets.Add(server);
        return (client, server);
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        _sockets.ForEach(static socket => socket.Dispose());
        _listener.Dispose();
    }

    public static async Task SendAsync(Socket socket, byte[] bytes, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent), cancellationToken);
    }

    /// <summary>Reads exactly this many bytes.</summary>
    public static async Task<byte[]> ReadAsync(Socket socket, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(read), cancellationToken);
            if (more == 0)
                throw new EndOfStreamException($"The connection ended after {read} of {count} bytes.");
            read += more;
        }

        return bytes;
    }

    /// <summary>Reads until the connection ends; tells how many bytes came, and whether a reset ended it.</summary>
    public static async Task<(int Bytes, bool IsReset)> ReadToEndAsync(
        Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var bytes = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken) is > 0 and var read)
                bytes += read;
            return (bytes, false);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return (bytes, true);
        }
    }
}
