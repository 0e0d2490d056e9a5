using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Network;

/// <summary>
/// A TCP proxy on the loopback address, with a port of its own and one server behind it, that can do to connections what
/// networks do. A mode takes effect at once, on open connections too. Owns its connections.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private const int Backlog = 512;

    private static readonly TimeSpan RebindLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<ProxyConnection, Task> _connections = new();
    private readonly ProxyState _state;
    private readonly bool _watchesCommits;
    private readonly TimeProvider _time;
    private Socket _listener;
    private Task _accepting;

    /// <summary>Starts a proxy, which lets everything pass.</summary>
    /// <param name="serverPort">The server's port on the loopback address.</param>
    /// <param name="seed">What is left to chance follows from it.</param>
    /// <param name="watchesCommits">Whether the server is PostgreSQL, and commits are to be looked for.</param>
    /// <param name="time">The clock.</param>
    public FaultProxy(int serverPort, int seed, bool watchesCommits, TimeProvider time)
    {
        ServerPort = serverPort;
        _watchesCommits = watchesCommits;
        _time = time;
        _state = new ProxyState(seed, time);
        Port = Ports.Free();
        _listener = Listen(Port);
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>The proxy's own port.</summary>
    public int Port { get; }

    /// <summary>The server's port; new connections go there.</summary>
    public int ServerPort { get; set; }

    /// <summary>The mode it is in.</summary>
    public ProxyMode Mode => _state.Mode;

    /// <summary>What it has done so far.</summary>
    public ProxyCounts Counts => _state.Counts;

    /// <summary>Connections that are open now.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>Goes over to another mode; returns when it is in effect. One call at a time.</summary>
    public async Task SetAsync(ProxyMode mode, CancellationToken cancellationToken)
    {
        var wasClosed = IsClosed(_state.Mode);
        _state.Set(mode);
        if (!wasClosed && IsClosed(mode))
        {
            _listener.Dispose();
            await _accepting;
        }

        foreach (var connection in _connections.Keys)
        {
            if (connection.Mode.Effect == ProxyEffect.Cut || connection.HasLostBytes)
                connection.AbortAndCount();
        }

        if (wasClosed && !IsClosed(mode))
        {
            _listener = await ListenAgainAsync(cancellationToken);
            _accepting = AcceptAsync(_listener);
        }
    }

    /// <summary>Ends all connections and gives the port back.</summary>
    public async ValueTask DisposeAsync()
    {
        await SetAsync(ProxyMode.Cut, CancellationToken.None);
        await Task.WhenAll(_connections.Values);
    }

    // Where some may connect and others not, they are let in first, and reset.
    private static bool IsClosed(ProxyMode mode) => mode is { Effect: ProxyEffect.Cut, From: null };

    private static Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen(Backlog);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private async Task<Socket> ListenAgainAsync(CancellationToken cancellationToken)
    {
        for (var start = _time.GetTimestamp(); ;)
        {
            try
            {
                return Listen(Port);
            }
            catch (SocketException error) when (
                error.SocketErrorCode == SocketError.AddressAlreadyInUse && _time.GetElapsedTime(start) < RebindLimit)
            {
                await Task.Delay(ShortPause, _time, cancellationToken);
            }
        }
    }

    // Ends when the listener is disposed of.
    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                Open(await listener.AcceptAsync());
            }
            catch (Exception error) when (error is ObjectDisposedException or
                SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.InvalidArgument })
            {
                return;
            }
            catch (SocketException)
            {
                // A connection that was gone before it was accepted, or too many open files.
                await Task.Delay(ShortPause, _time);
            }
        }
    }

    private void Open(Socket client)
    {
        var connection = new ProxyConnection(client, ServerPort, _watchesCommits, _state);
        _state.Counts.AddConnection();
        // It is in the list before it begins, so that it finds itself there when it ends. DisposeAsync observes it.
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = RunAsync(connection, begin.Task);
        begin.SetResult();
        if (connection.Mode.Effect == ProxyEffect.Cut)
            connection.AbortAndCount();
    }

    private async Task RunAsync(ProxyConnection connection, Task begin)
    {
        await begin;
        await connection.RunAsync();
        _connections.TryRemove(connection, out _);
    }
}
