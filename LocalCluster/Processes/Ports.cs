using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Votes.LocalCluster;

/// <summary>Finds TCP ports of the loopback address that nobody listens on.</summary>
public static class Ports
{
    // Below what Linux gives to outgoing connections (32768 and up): a server that is restarted must find its port
    // free, and an outgoing connection of any program could have taken it.
    private const int First = 16_000;
    private const int Limit = 30_000;
    private const int Attempts = 200;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>A free port, another one at each call of this process.</summary>
    public static int Free()
    {
        lock (Gate)
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var port = RandomNumberGenerator.GetInt32(First, Limit);
                if (!Given.Contains(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }

        throw new ClusterException($"No free port found between {First} and {Limit}.");
    }

    /// <summary>The port asked for when it is free and was not given away, else another one.</summary>
    public static int FreeOr(int preferred)
    {
        lock (Gate)
        {
            if (IsFree(preferred) && Given.Add(preferred))
                return preferred;
        }

        return Free();
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode is
            SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
