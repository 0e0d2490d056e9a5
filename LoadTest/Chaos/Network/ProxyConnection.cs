using System.Net;
using System.Net.Sockets;

namespace Votes.LoadTest.Chaos.Network;

/// <summary>One connection through a proxy: the client's socket and the one to the server, and a pump for each way.</summary>
internal sealed class ProxyConnection(Socket client, int serverPort, bool watchesCommits, ProxyState state)
    : IDisposable
{
    private readonly Lock _gate = new();
    private readonly int _fromPort = ((IPEndPoint)client.RemoteEndPoint!).Port;
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isReset;
    private ProxyMode? _drawnFor;
    private ProxyMode? _askedFor;
    private bool _isMeant;
    private long _lifeBegan;
    private TimeSpan _life;
    private int _commitsLeft;
    private int _lostBytes;

    /// <summary>Completes when the connection is no more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The mode that the proxy is in, where it is for this connection.</summary>
    public ProxyMode Mode
    {
        get
        {
            var mode = state.Mode;
            return mode.From is null || IsMeant(mode) ? mode : ProxyMode.Pass;
        }
    }

    /// <summary>Whether a silence has swallowed bytes of it, so that it must not go on.</summary>
    public bool HasLostBytes => Volatile.Read(ref _lostBytes) != 0;

    /// <summary>Connects to the server, and carries bytes both ways until the connection ends.</summary>
    public async Task RunAsync()
    {
        try
        {
            client.NoDelay = true;
            _server.NoDelay = true;
            await _server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, serverPort));
            var up = new ProxyPump(Direction.ToServer, client, _server, this, state, null);
            var down = new ProxyPump(
                Direction.ToClient, _server, client, this, state, watchesCommits ? new CommitWatch() : null);
            await Task.WhenAll(up.RunAsync(), down.RunAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The server is not there, or the proxy was cut meanwhile: the client finds its connection reset.
            await WhileSilentAsync(Direction.ToClient);
            Abort();
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Returns when something may arrive in a direction, or the connection has ended.</summary>
    public async Task WhileSilentAsync(Direction direction)
    {
        while (!Ended.IsCompleted && Mode is var mode && mode.Silences(direction))
            await Task.WhenAny(state.LeavesAsync(mode), Ended);
    }

    /// <summary>Resets the connection on both sides: what its buffers hold is lost.</summary>
    public void Abort()
    {
        if (!_ended.TrySetResult())
            return;

        // Both are told before either is closed: with the first one closed the connection's own task ends, and closes the
        // other one as it then is.
        _isReset = true;
        LingerNot(client);
        LingerNot(_server);

        // Disposed of while a read waits, a socket is shut down first, and says FIN; closed within no time it says RST.
        client.Close(0);
        _server.Close(0);
    }

    /// <summary>Closes both sockets, in order where they are still open.</summary>
    public void Dispose()
    {
        _ended.TrySetResult();
        if (_isReset)
        {
            client.Close(0);
            _server.Close(0);
        }

        client.Dispose();
        _server.Dispose();
    }

    /// <summary>Resets the connection because a fault says so.</summary>
    public void AbortAndCount()
    {
        if (!Ended.IsCompleted)
            state.Counts.AddReset();
        Abort();
    }

    /// <summary>
    /// Notes that bytes were swallowed in a mode. When the proxy has left the mode meanwhile, this resets the
    /// connection, as leaving the mode resets those that were noted before.
    /// </summary>
    public void LoseBytes(ProxyMode mode)
    {
        Interlocked.Exchange(ref _lostBytes, 1);
        if (!ReferenceEquals(state.Mode, mode))
            AbortAndCount();
    }

    /// <summary>Whether the connection has lived for as long as the mode lets it; the first call draws for how long.</summary>
    public bool HasOutlived(ProxyMode mode)
    {
        lock (_gate)
        {
            DrawOnce(mode);
            return state.Time.GetElapsedTime(_lifeBegan) >= _life;
        }
    }

    /// <summary>Whether one of these commits is the one to be cut; the first call draws which one it will be.</summary>
    public bool IsToCut(ProxyMode mode, int commits)
    {
        lock (_gate)
        {
            DrawOnce(mode);
            _commitsLeft -= commits;
            return _commitsLeft <= 0;
        }
    }

    private bool IsMeant(ProxyMode mode)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_askedFor, mode))
                (_askedFor, _isMeant) = (mode, mode.From!(_fromPort));
            return _isMeant;
        }
    }

    private void DrawOnce(ProxyMode mode)
    {
        if (ReferenceEquals(_drawnFor, mode))
            return;
        _drawnFor = mode;
        _lifeBegan = state.Time.GetTimestamp();
        _life = state.Draw(mode.ShortestLife, mode.LongestLife);
        _commitsLeft = mode.MostCommits > 0 ? 1 + state.Draw(mode.MostCommits) : 0;
    }

    private static void LingerNot(Socket socket)
    {
        try
        {
            // Zero seconds of lingering is how a socket is told to send RST in place of FIN.
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It is closed, or was never connected.
        }
    }
}
