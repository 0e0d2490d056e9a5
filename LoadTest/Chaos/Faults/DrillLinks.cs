using System.Globalization;
using Npgsql;
using Votes.LoadTest.Chaos.Network;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// Puts a proxy into each link between the processes of a cluster: it changes each process's configuration, before its
/// start, so that it talks to proxies, and is reached through them. Owns the proxies.
/// </summary>
internal sealed class DrillLinks(int seed) : IAsyncDisposable
{
    private const string Votes = "ConnectionStrings__Votes";
    private const string RabbitMqUri = "RabbitMq__Uri";

    private readonly Dictionary<string, ServiceLinks> _links = new(StringComparer.Ordinal);
    private int _proxies;

    /// <summary>The proxies of a silo or an Ingest.</summary>
    public ServiceLinks Of(ServiceProcess service) => _links[service.Name];

    /// <summary>Makes a process's proxies where there are none, and returns what to change in its configuration.</summary>
    public IReadOnlyDictionary<string, string?> Connect(
        ServiceAddress address, IReadOnlyDictionary<string, string?> variables)
    {
        var postgres = new NpgsqlConnectionStringBuilder(variables[Votes]);
        if (!_links.TryGetValue(address.Name, out var links))
            _links[address.Name] = links = Make(address, postgres.Port, variables);
        else
            PointAt(links, address);

        postgres.Port = links.Postgres.Port;
        var changed = new Dictionary<string, string?> { [Votes] = postgres.ConnectionString };
        if (links.RabbitMq is { } rabbitMq)
            changed[RabbitMqUri] = new UriBuilder(variables[RabbitMqUri]!) { Port = rabbitMq.Port }.Uri.AbsoluteUri;
        if (links is { Silo: { } silo, Gateway: { } gateway })
        {
            // It is known to others by the proxies' ports, and listens on its own.
            changed["Cluster__SiloPort"] = Text(silo.Port);
            changed["Cluster__GatewayPort"] = Text(gateway.Port);
            changed["Cluster__SiloListenPort"] = Text(address.SiloPort);
            changed["Cluster__GatewayListenPort"] = Text(address.GatewayPort);
        }

        return changed;
    }

    /// <summary>Lets everything pass everywhere.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        foreach (var proxy in _links.Values.SelectMany(links => links.All))
            await proxy.SetAsync(ProxyMode.Pass, cancellationToken);
    }

    /// <summary>Ends all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _links.Values.SelectMany(links => links.All))
            await proxy.DisposeAsync();
        _links.Clear();
    }

    private ServiceLinks Make(
        ServiceAddress address, int postgresPort, IReadOnlyDictionary<string, string?> variables) =>
        address.Kind == ServiceKind.Silo
            ? new ServiceLinks
            {
                Postgres = NewProxy(postgresPort, watchesCommits: true),
                Gateway = NewProxy(address.GatewayPort),
                Silo = NewProxy(address.SiloPort),
            }
            : new ServiceLinks
            {
                Postgres = NewProxy(postgresPort, watchesCommits: true),
                RabbitMq = NewProxy(new Uri(variables[RabbitMqUri]!).Port),
            };

    // A silo that left and joins again has the name it had, and other ports.
    private static void PointAt(ServiceLinks links, ServiceAddress address)
    {
        if (links is not { Silo: { } silo, Gateway: { } gateway })
            return;
        silo.ServerPort = address.SiloPort;
        gateway.ServerPort = address.GatewayPort;
    }

    private FaultProxy NewProxy(int serverPort, bool watchesCommits = false) =>
        new(serverPort, seed + _proxies++, watchesCommits, TimeProvider.System);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
