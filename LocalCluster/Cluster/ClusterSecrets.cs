namespace Votes.LocalCluster;

/// <summary>The cluster's passwords and keys; made once, kept in files that only their owner may read.</summary>
internal sealed record ClusterSecrets(
    string Superuser,
    string Owner,
    string Service,
    string Silo,
    string Ingest,
    string Read,
    string Reader,
    string RabbitMq,
    BrokerAccounts Broker,
    string VoterKey,
    string OperatorKey,
    string SignIn)
{
    /// <summary>Reads a folder's secrets, and makes those that are missing.</summary>
    public static async Task<ClusterSecrets> LoadAsync(LocalFolder folder, CancellationToken cancellationToken)
    {
        string In(string name) => Path.Combine(folder.Secrets, name);
        return new ClusterSecrets(
            await SecretFile.PasswordAsync(In("postgres"), cancellationToken),
            await SecretFile.PasswordAsync(In("votes_owner"), cancellationToken),
            await SecretFile.PasswordAsync(In("votes_service"), cancellationToken),
            await SecretFile.PasswordAsync(In("votes_silo"), cancellationToken),
            await SecretFile.PasswordAsync(In("votes_ingest"), cancellationToken),
            await SecretFile.PasswordAsync(In("votes_read"), cancellationToken),
            await SecretFile.PasswordAsync(In("votes_reader"), cancellationToken),
            await SecretFile.PasswordAsync(In("rabbitmq"), cancellationToken),
            new BrokerAccounts(
                await SecretFile.PasswordAsync(In("rabbitmq_publisher"), cancellationToken),
                await SecretFile.PasswordAsync(In("rabbitmq_ingest"), cancellationToken),
                await SecretFile.PasswordAsync(In("rabbitmq_silo"), cancellationToken),
                await SecretFile.PasswordAsync(In("rabbitmq_admin"), cancellationToken)),
            await SecretFile.KeyAsync(In("voter_key"), cancellationToken),
            await SecretFile.PasswordAsync(In("operator_key"), cancellationToken),
            await SecretFile.KeyAsync(In("sign_in"), cancellationToken));
    }
}
