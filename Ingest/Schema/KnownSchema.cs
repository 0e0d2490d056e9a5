using Npgsql;

namespace Votes.Ingest.Schema;

/// <summary>
/// Lets this process work only on a schema that it knows. It uses little of the schema itself, but an Ingest that is older
/// than the silos' schema is one that a rollout has forgotten.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="known">The names of the schema scripts that the program was built with.</param>
public sealed class KnownSchema(NpgsqlDataSource database, IReadOnlySet<string> known)
{
    private const string Select =
        """
        SELECT script FROM schema_journal ORDER BY script
        """;

    /// <summary>The scripts that this program was built with.</summary>
    public static IReadOnlySet<string> Embedded { get; } = typeof(KnownSchema).Assembly.GetManifestResourceNames()
        .Where(static name => name.EndsWith(".sql", StringComparison.Ordinal))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Checks that the database has had no script that this program does not know.</summary>
    /// <exception cref="UnknownSchemaException">It has.</exception>
    /// <exception cref="NpgsqlException">The database cannot be asked, or has no schema yet.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using var select = database.CreateCommand(Select);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var unknown = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!known.Contains(reader.GetString(0)))
            {
                unknown.Add(reader.GetString(0));
            }
        }

        if (unknown.Count > 0)
        {
            throw new UnknownSchemaException(
                $"The database's schema is newer than this program, which does not know {string.Join(", ", unknown)}. "
                + "Start the release that brought the schema, or a later one.");
        }
    }
}
