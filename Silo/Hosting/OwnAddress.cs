using System.Net;
using System.Net.Sockets;

namespace Votes.Silo.Hosting;

/// <summary>The address at which others reach this silo.</summary>
internal static class OwnAddress
{
    /// <summary>Stands for this machine's own address; containers learn theirs only when they start.</summary>
    public const string Auto = "auto";

    /// <summary>
    /// The address that a text names; for <see cref="Auto"/> the first IPv4 address of this machine's name that is not
    /// loopback. In a container on several networks any of them may be first, so its peers must share them all.
    /// </summary>
    /// <exception cref="InvalidOperationException">This machine's name has no such address.</exception>
    public static IPAddress Of(string text) =>
        text == Auto ? OfMachine(Dns.GetHostName()) : IPAddress.Parse(text);

    private static IPAddress OfMachine(string name)
    {
        IPAddress[] addresses;
        try
        {
            addresses = Dns.GetHostAddresses(name, AddressFamily.InterNetwork);
        }
        catch (SocketException)
        {
            addresses = [];
        }

        return Array.Find(addresses, static address => !IPAddress.IsLoopback(address))
            ?? throw new InvalidOperationException(
                $"Cluster:AdvertisedAddress is {Auto}, and this machine's name, {name}, has no IPv4 address that "
                + "others can reach. Set the address itself.");
    }
}
