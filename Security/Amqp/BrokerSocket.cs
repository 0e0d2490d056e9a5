using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Votes.Security.Amqp;

/// <summary>
/// The client library's own socket, read through a <see cref="GuardedStream"/>. TLS is spoken here and not by the library,
/// which would put it between the guard and what the guard has to see.
/// </summary>
/// <param name="inner">The library's socket.</param>
/// <param name="tls">How to encrypt, where that is on.</param>
/// <param name="read">Makes the stream that a connected socket is read by.</param>
internal sealed class BrokerSocket(ITcpClient inner, SslOption tls, Func<Socket, NetworkStream> read) : ITcpClient
{
    private Stream? _stream;

    public bool Connected => inner.Connected;

    public TimeSpan ReceiveTimeout
    {
        get => inner.ReceiveTimeout;
        set => inner.ReceiveTimeout = value;
    }

    public Socket Client => inner.Client;

    public async Task ConnectAsync(IPAddress host, int port, CancellationToken cancellationToken = default)
    {
        await inner.ConnectAsync(host, port, cancellationToken);
        _stream = read(inner.Client);
        if (tls.Enabled)
        {
            var encrypted = new SslStream(_stream, leaveInnerStreamOpen: false, tls.CertificateValidationCallback);
            _stream = encrypted;
            await encrypted.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = tls.ServerName, EnabledSslProtocols = tls.Version },
                cancellationToken);
        }
    }

    public NetworkStream GetStream() =>
        new GuardedStream(inner.Client, _stream ?? throw new InvalidOperationException("The socket is not connected."));

    public void Close() => inner.Close();

    public void Dispose()
    {
        _stream?.Dispose();
        inner.Dispose();
    }
}
