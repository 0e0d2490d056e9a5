using System.Security.Cryptography;
using System.Text;

namespace Votes.LocalCluster;

/// <summary>
/// The broker's accounts as deploy/rabbitmq/definitions.template.json has them, each with the rights that its user needs and
/// no others.
/// </summary>
/// <param name="Publisher">The password of the account that publishes votes.</param>
/// <param name="Ingest">The password of the Ingests' account.</param>
/// <param name="Silo">The password of the silos' account, which walks the dead letters.</param>
/// <param name="Admin">The password of the account that people administer the broker with.</param>
public sealed record BrokerAccounts(string Publisher, string Ingest, string Silo, string Admin)
{
    /// <summary>The account that publishes votes.</summary>
    public const string PublisherUser = "votes_publisher";

    /// <summary>The Ingests' account.</summary>
    public const string IngestUser = "votes_ingest";

    /// <summary>The silos' account.</summary>
    public const string SiloUser = "votes_silo";

    /// <summary>The account of people.</summary>
    public const string AdminUser = "votes_admin";

    private const int SaltBytes = 4;

    /// <summary>The definitions for RabbitMQ: rights, exchange, and the accounts with the hashes of their passwords.</summary>
    public string Definitions() =>
        File.ReadAllText(Path.Combine(Repository.Root, "deploy", "rabbitmq", "definitions.template.json"))
            .Replace("@PUBLISHER@", Hash(Publisher), StringComparison.Ordinal)
            .Replace("@INGEST@", Hash(Ingest), StringComparison.Ordinal)
            .Replace("@SILO@", Hash(Silo), StringComparison.Ordinal)
            .Replace("@ADMIN@", Hash(Admin), StringComparison.Ordinal);

    // RabbitMQ's form: the salt, behind it SHA-256 of salt and password.
    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}
