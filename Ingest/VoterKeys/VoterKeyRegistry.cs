using System.Security.Cryptography;
using Npgsql;

namespace Votes.Ingest.VoterKeys;

/// <summary>
/// The database's one voter key, by its fingerprint: the first process to come writes it, and every other one has to
/// have the same.
/// </summary>
/// <param name="database">The database.</param>
public sealed class VoterKeyRegistry(NpgsqlDataSource database)
{
    private const string Insert =
        """
        INSERT INTO voter_key (fingerprint) VALUES ($1) ON CONFLICT DO NOTHING
        """;

    private const string Select =
        """
        SELECT fingerprint FROM voter_key
        """;

    /// <summary>Checks that the database's voter key is this one; registers it where there is none.</summary>
    /// <exception cref="VoterKeyMismatchException">It is another one.</exception>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task CheckAsync(VoterKey key, CancellationToken cancellationToken)
    {
        var fingerprint = key.Fingerprint();
        await using (var insert = database.CreateCommand(Insert))
        {
            insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = fingerprint });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        // A statement of its own: it sees the row that another process has just written.
        await using var select = database.CreateCommand(Select);
        var registered = (byte[]?)await select.ExecuteScalarAsync(cancellationToken);
        if (registered is null || !CryptographicOperations.FixedTimeEquals(registered, fingerprint))
        {
            throw new VoterKeyMismatchException();
        }
    }
}
