using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Votes.Silo.Access;

/// <summary>Takes a caller's address and scheme from the proxies that the configuration names, and from nobody else.</summary>
public static class ForwardedCallers
{
    /// <summary>Makes requests look as they did to the proxy; before anything that looks at the caller.</summary>
    public static void UseForwardedCallers(this WebApplication app)
    {
        var access = app.Services.GetRequiredService<IOptions<AccessOptions>>().Value;
        if (Parse(access.KnownProxies) is not { Count: > 0 } proxies)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,

            // One proxy may stand behind another; the first address that is none of them is the caller's.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        proxies.ForEach(options.KnownIPNetworks.Add);
        app.UseForwardedHeaders(options);
    }

    /// <summary>The networks of a list, a single address as a network of one; null where the text is no such list.</summary>
    public static List<IPNetwork>? Parse(string list)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(part, out var address))
            {
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else if (IPNetwork.TryParse(part, out var network))
            {
                networks.Add(network);
            }
            else
            {
                return null;
            }
        }

        return networks;
    }
}
