using System.Net.Sockets;
using RabbitMQ.Client;

namespace Votes.Security.Amqp;

/// <summary>
/// Makes the only factories that a process of ours connects to a broker with: a server's certificate counts
/// (<see cref="BrokerTls"/>), and no message that the broker delivers can end the process or its connection
/// (<see cref="HeaderGuard"/>).
/// </summary>
public static class BrokerFactory
{
    /// <summary>Makes a factory of connections that do not recover by themselves; all else is the library's default.</summary>
    /// <param name="address">The broker; amqps:// for TLS.</param>
    /// <param name="caFile">
    /// The authorities that may vouch for it, in PEM; null or empty: those that this machine trusts.
    /// </param>
    /// <param name="setting">The setting that names the file, for messages.</param>
    /// <param name="read">Makes the stream that a connected socket is read by; null: the usual one.</param>
    public static ConnectionFactory Create(
        Uri address, string? caFile, string setting, Func<Socket, NetworkStream>? read = null)
    {
        var tls = BrokerTls.For(address, caFile, setting);
        return new ConnectionFactory
        {
            Uri = address,

            // Behind the address, which would have the library encrypt, and let a certificate for any name through.
            Ssl = new SslOption(),
            SocketFactory = family => new BrokerSocket(
                ConnectionFactoryBase.DefaultSocketFactory(family),
                tls,
                read ?? (static socket => new NetworkStream(socket, ownsSocket: false))),
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
        };
    }
}
