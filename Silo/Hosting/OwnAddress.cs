using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Votes.Silo.Hosting;

/// <summary>The address at which others reach this silo.</summary>
internal static class OwnAddress
{
    /// <summary>Stands for this machine's own address; containers learn theirs only when they start.</summary>
    public const string Auto = "auto";

    /// <summary>Whether a text is an address, a network, or <see cref="Auto"/>.</summary>
    public static bool IsValid(string text) =>
        text == Auto || IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _);

    /// <summary>
    /// The address that a text names; for a network such as 10.1.2.0/24 the one that this machine has in it; for
    /// <see cref="Auto"/> the first IPv4 address of this machine's name that is not loopback. In a container on several
    /// networks any of them may be first: name the network there.
    /// </summary>
    /// <exception cref="InvalidOperationException">This machine has no such address.</exception>
    public static IPAddress Of(string text) => Of(text, Own());

    /// <summary>The same, with the addresses that this machine has.</summary>
    internal static IPAddress Of(string text, IReadOnlyList<IPAddress> own)
    {
        if (text == Auto)
        {
            return OfMachine(Dns.GetHostName());
        }

        if (!text.Contains('/', StringComparison.Ordinal))
        {
            return IPAddress.Parse(text);
        }

        var network = IPNetwork.Parse(text);
        return own.FirstOrDefault(network.Contains)
            ?? throw new InvalidOperationException(
                $"Cluster:AdvertisedAddress is {text}, and this machine has no address in that network; it has "
                + $"{string.Join(", ", own)}.");
    }

    /// <summary>
    /// What a silo listens on: the address that it advertises, so that its ports are closed to the machine's other networks;
    /// every address where the advertised one is not this machine's, as behind a port mapping.
    /// </summary>
    public static IPAddress ToListenOn(IPAddress advertised) => ToListenOn(advertised, Own());

    /// <summary>The same, with the addresses that this machine has.</summary>
    internal static IPAddress ToListenOn(IPAddress advertised, IReadOnlyList<IPAddress> own) =>
        IPAddress.IsLoopback(advertised) || own.Contains(advertised) ? advertised : IPAddress.Any;

    private static List<IPAddress> Own() =>
        [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static adapter => adapter.GetIPProperties().UnicastAddresses)
            .Select(static unicast => unicast.Address)];

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
