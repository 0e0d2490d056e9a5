using System.Net;
using System.Net.Sockets;

namespace Votes.Tests.Browser;

/// <summary>
/// What stands before the silos of a public cluster: one address, behind it the first of them that takes the connection.
/// </summary>
public sealed class FrontDoor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<Uri> _silos;
    private readonly Task _accepting;
    private CancellationTokenSource _passing = new();

    public FrontDoor(IReadOnlyList<Uri> silos)
    {
        _silos = silos;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Cuts all connections off, and every new one at once.</summary>
    public Task ShutAsync() => _passing.CancelAsync();

    /// <summary>Lets connections pass again.</summary>
    public void Reopen() => _passing = new CancellationTokenSource();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _passing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _passing.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task PassAsync(TcpClient browser)
    {
        using var _ = browser;
        var cut = _passing.Token;
        try
        {
            using var silo = await ConnectAsync(cut);
            if (silo is not null)
            {
                // Where one side ends, so does the other.
                await Task.WhenAny(
                    browser.GetStream().CopyToAsync(silo.GetStream(), cut),
                    silo.GetStream().CopyToAsync(browser.GetStream(), cut));
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // Either side may go at any time.
        }
    }

    private async Task<TcpClient?> ConnectAsync(CancellationToken cut)
    {
        foreach (var address in _silos)
        {
            var silo = new TcpClient();
            try
            {
                await silo.ConnectAsync(address.Host, address.Port, cut);
                return silo;
            }
            catch (SocketException)
            {
                silo.Dispose();
            }
            catch (OperationCanceledException)
            {
                silo.Dispose();
                throw;
            }
        }

        return null;
    }
}
