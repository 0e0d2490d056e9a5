using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Votes.LocalCluster;

/// <summary>Turns a cluster's ports and secrets into its processes' configuration: environment variables.</summary>
internal sealed class ClusterConfiguration(
    ClusterOptions options, ClusterSecrets secrets, PostgresServer postgres, RabbitMqServer rabbitMq)
{
    /// <summary>The cluster's database.</summary>
    public const string Database = "votes";

    private const string OwnerRole = "votes_owner";
    private const string ServiceRole = "votes_service";
    private const string SiloRole = "votes_silo";
    private const string IngestRole = "votes_ingest";
    private const string ReadRole = "votes_read";
    private const string ReaderRole = "votes_reader";

    /// <summary>How the migrating owner connects.</summary>
    public string OwnerConnectionString => postgres.ConnectionString(OwnerRole, secrets.Owner, Database);

    /// <summary>How operators' command lines connect.</summary>
    public string ServiceConnectionString => postgres.ConnectionString(ServiceRole, secrets.Service, Database);

    /// <summary>What operators sign in with.</summary>
    public string OperatorKey => secrets.OperatorKey;

    /// <summary>What db/bootstrap/roles.sql reads.</summary>
    public Dictionary<string, string?> ForBootstrap() => new()
    {
        ["VOTES_OWNER_PASSWORD"] = secrets.Owner,
        ["VOTES_SERVICE_PASSWORD"] = secrets.Service,
        ["VOTES_SILO_PASSWORD"] = secrets.Silo,
        ["VOTES_INGEST_PASSWORD"] = secrets.Ingest,
        ["VOTES_READ_PASSWORD"] = secrets.Read,
        ["VOTES_READER_PASSWORD"] = secrets.Reader,
        ["VOTES_DATABASE"] = Database,
    };

    /// <summary>The configuration of `Votes.Silo migrate`, the only one to know the owner's password.</summary>
    public Dictionary<string, string?> ForMigration() => new(ForAll())
    {
        ["ConnectionStrings__Owner"] = OwnerConnectionString,
    };

    /// <summary>The configuration of a silo or an Ingest.</summary>
    public Dictionary<string, string?> For(ServiceAddress address)
    {
        var variables = ForAll();
        // Under both names: this one also wins over an appsettings.json that has an address.
        variables["URLS"] = address.Http;
        variables["ASPNETCORE_URLS"] = address.Http;
        if (address.Kind == ServiceKind.Silo)
        {
            variables["ConnectionStrings__Votes"] = postgres.ConnectionString(SiloRole, secrets.Silo, Database);
            variables["ConnectionStrings__Read"] = postgres.ConnectionString(ReadRole, secrets.Read, Database);
            variables["Cluster__SiloPort"] = Text(address.SiloPort);
            variables["Cluster__GatewayPort"] = Text(address.GatewayPort);
            variables["Cluster__Name"] = address.Name;
            // A cluster to try things on takes votes on any law. Elsewhere the default refuses those that nobody
            // registered.
            variables["Laws__UnknownLaw"] = "Accept";
            // The key itself stays with those who sign in.
            variables["Access__OperatorKeySha256"] =
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secrets.OperatorKey)));
            variables["Access__SignInSecret"] = secrets.SignIn;
        }
        else
        {
            variables["ConnectionStrings__Votes"] = postgres.ConnectionString(IngestRole, secrets.Ingest, Database);
            variables["VoterKey__Secret"] = secrets.VoterKey;
        }

        // Ingest takes votes from it; the silos' operators look at its queues.
        variables["RabbitMq__Uri"] = (address.Kind == ServiceKind.Silo ? SiloAmqpUrl : IngestAmqpUrl).AbsoluteUri;
        variables["RabbitMq__CaFile"] = options.Tls?.CaFile;
        var more = address.Kind == ServiceKind.Silo ? options.SiloVariables : options.IngestVariables;
        foreach (var (key, value) in more)
            variables[key] = value;
        if (options.VariablesOf?.Invoke(address, variables) is { } last)
        {
            foreach (var (key, value) in last)
                variables[key] = value;
        }

        return variables;
    }

    /// <summary>Where clients reach the cluster.</summary>
    public ClusterAddresses Addresses(IReadOnlyList<ServiceAddress> services) => new()
    {
        PostgresUrl = $"postgresql://{ServiceRole}:{secrets.Service}@127.0.0.1:{Text(postgres.Port)}/{Database}{TlsOfUrl}",
        PostgresReadUrl =
            $"postgresql://{ReaderRole}:{secrets.Reader}@127.0.0.1:{Text(postgres.Port)}/{Database}{TlsOfUrl}",
        PostgresConnectionString = ServiceConnectionString,
        AmqpUrl = rabbitMq.Uri(BrokerAccounts.PublisherUser, secrets.Broker.Publisher),
        AmqpOperatorUrl = SiloAmqpUrl,
        AmqpCaFile = options.Tls?.CaFile ?? "",
        SiloHttp = [.. services.Where(service => service.Kind == ServiceKind.Silo).Select(s => new Uri(s.Http))],
        MetricsUrls = [.. services.Select(service => new Uri($"{service.Http}/metrics"))],
    };

    private Uri IngestAmqpUrl => rabbitMq.Uri(BrokerAccounts.IngestUser, secrets.Broker.Ingest);

    private Uri SiloAmqpUrl => rabbitMq.Uri(BrokerAccounts.SiloUser, secrets.Broker.Silo);

    private string TlsOfUrl => options.Tls is { } tls
        ? $"?sslmode=verify-full&sslrootcert={Uri.EscapeDataString(tls.CaFile)}"
        : "";

    private Dictionary<string, string?> ForAll() => new()
    {
        ["DOTNET_ENVIRONMENT"] = options.EnvironmentName,
        ["ASPNETCORE_ENVIRONMENT"] = options.EnvironmentName,
        ["ConnectionStrings__Votes"] = ServiceConnectionString,
        // Inherited from a shell, it would hand the owner's rights to every process.
        ["ConnectionStrings__Owner"] = null,
        ["Cluster__ClusterId"] = "votes",
        ["Cluster__ServiceId"] = "votes",
        ["Cluster__AdvertisedAddress"] = "127.0.0.1",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
