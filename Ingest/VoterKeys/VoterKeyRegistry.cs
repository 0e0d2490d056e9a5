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
    /// <summary>The form of a database that has none yet.</summary>
    public const VoterKeyForm Newest = VoterKeyForm.NfcPerLaw;

    private const string Insert =
        """
        INSERT INTO voter_key (fingerprint) VALUES ($1) ON CONFLICT DO NOTHING
        """;

    private const string Select =
        """
        SELECT fingerprint FROM voter_key
        """;

    /// <summary>Checks that the database's voter key is this one; registers it where there is none.</summary>
    /// <returns>The form that the database's voter keys have.</returns>
    /// <exception cref="VoterKeyMismatchException">It is another secret, or another form than the operator asks for.</exception>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task<VoterKeyForm> CheckAsync(VoterKey key, CancellationToken cancellationToken)
    {
        await using (var insert = database.CreateCommand(Insert))
        {
            insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = key.Fingerprint(key.Form ?? Newest) });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        // A statement of its own: it sees the row that another process has just written.
        await using var select = database.CreateCommand(Select);
        var registered = (byte[]?)await select.ExecuteScalarAsync(cancellationToken) ?? [];
        foreach (var form in Enum.GetValues<VoterKeyForm>())
        {
            if (CryptographicOperations.FixedTimeEquals(registered, key.Fingerprint(form)))
            {
                return key.Form is { } wanted && wanted != form
                    ? throw VoterKeyMismatchException.OtherForm(key, form, wanted)
                    : form;
            }
        }

        throw new VoterKeyMismatchException();
    }
}
