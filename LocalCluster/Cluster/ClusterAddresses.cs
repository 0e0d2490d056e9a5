using System.Globalization;

namespace Votes.LocalCluster;

/// <summary>Where clients reach a running cluster.</summary>
public sealed record ClusterAddresses
{
    /// <summary>The database, as a postgresql:// address of the operators' role (votes_service).</summary>
    public required string PostgresUrl { get; init; }

    /// <summary>The same of a role that reads totals, charts and views, and writes nothing (votes_reader).</summary>
    public string PostgresReadUrl { get; init; } = "";

    /// <summary>The first for Npgsql.</summary>
    public required string PostgresConnectionString { get; init; }

    /// <summary>The broker, as the account of publishers: it may send votes to the exchange votes.in, and nothing else.</summary>
    public required Uri AmqpUrl { get; init; }

    /// <summary>The broker, as the account that walks the dead letters.</summary>
    public required Uri AmqpOperatorUrl { get; init; }

    /// <summary>The authority that signed the broker's certificate, a file in PEM; empty where it has none.</summary>
    public string AmqpCaFile { get; init; } = "";

    /// <summary>The silos' HTTP addresses.</summary>
    public required IReadOnlyList<Uri> SiloHttp { get; init; }

    /// <summary>The metrics pages of silos and Ingests.</summary>
    public required IReadOnlyList<Uri> MetricsUrls { get; init; }

    /// <summary>Writes the addresses as KEY=value lines that a shell can read, to a file that only its owner may read: it has passwords.</summary>
    public Task WriteAsync(string file, CancellationToken cancellationToken) =>
        SecretFile.WriteAsync(
            file,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                POSTGRES_URL={PostgresUrl}
                POSTGRES_READ_URL={PostgresReadUrl}
                AMQP_URL={AmqpUrl}
                AMQP_OPERATOR_URL={AmqpOperatorUrl}
                AMQP_CA_FILE={AmqpCaFile}
                SILO_HTTP={Join(SiloHttp.Take(1))}
                SILO_HTTP_ALL={Join(SiloHttp)}
                METRICS_URLS={Join(MetricsUrls)}
                ConnectionStrings__Votes='{PostgresConnectionString}'

                """),
            cancellationToken);

    private static string Join(IEnumerable<Uri> addresses) =>
        string.Join(',', addresses.Select(address => address.AbsoluteUri.TrimEnd('/')));
}
