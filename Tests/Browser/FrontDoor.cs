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

    public FrontDoor(IReadOnlyList<Uri> silos)
    {
        _silos = silos;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
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
        try
        {
            using var silo = await ConnectAsync();
            if (silo is not null)
            {
                // Where one side ends, so does the other.
                await Task.WhenAny(
                    browser.GetStream().CopyToAsync(silo.GetStream(), _stop.Token),
                    silo.GetStream().CopyToAsync(browser.GetStream(), _stop.Token));
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // Either side may go at any time.
        }
    }

    private async Task<TcpClient?> ConnectAsync()
    {
        foreach (var address in _silos)
        {
            var silo = new TcpClient();
            try
            {
                await silo.ConnectAsync(address.Host, address.Port, _stop.Token);
                return silo;
            }
            catch (SocketException)
            {
                silo.Dispose();
            }
        }

        return null;
    }
}
