using System.Net;
using System.Net.Sockets;

namespace Votes.Tests.LoadTest;

/// <summary>
/// Stands between a client and a server, and cuts the first connections that send more than some bytes: the client
/// does not know which of its last messages arrived.
/// </summary>
internal sealed class CuttingRelay : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly int _bytesBeforeCut;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _relayed = [];
    private readonly Task _accepting;
    private int _cuts;

    public CuttingRelay(Uri server, int cuts, int bytesBeforeCut)
    {
        (_server, _cuts, _bytesBeforeCut) = (server, cuts, bytesBeforeCut);
        _listener.Start();
        Address = new UriBuilder(server) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _accepting = AcceptAsync();
    }

    /// <summary>The server's address, by way of the relay.</summary>
    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_relayed);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _relayed.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(_server.Host, _server.Port, closed.Token);
            var there = CopyAsync(client.GetStream(), server.GetStream(), cuts: true, closed.Token);
            var back = CopyAsync(server.GetStream(), client.GetStream(), cuts: false, closed.Token);
            await Task.WhenAny(there, back);
            await closed.CancelAsync();
            await Task.WhenAll(there, back);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool cuts, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var copied = 0L;
        try
        {
            while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                copied += read;
                if (cuts && copied > _bytesBeforeCut && Interlocked.Decrement(ref _cuts) >= 0)
                    return;
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // One of the two sides is gone; the caller closes the other.
        }
    }
}
