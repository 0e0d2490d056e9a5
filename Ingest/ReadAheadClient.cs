using System.Net.Sockets;
using RabbitMQ.Client;

namespace Votes.Ingest;

/// <summary>The client's own socket, with a stream that reads ahead.</summary>
/// <param name="socket">A socket that is not connected yet.</param>
internal sealed class ReadAheadClient(Socket socket) : TcpClientAdapter(socket)
{
    private ReadAheadStream? _stream;

    /// <summary>Creates one as the client would: without delay, of the address's family.</summary>
    public static ITcpClient For(AddressFamily family) =>
        new ReadAheadClient(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });

    /// <inheritdoc/>
    public override NetworkStream GetStream() => _stream ??= new ReadAheadStream(Client);
}
