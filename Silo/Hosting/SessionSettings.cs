using Npgsql;
using Votes.Grains.Store;

namespace Votes.Silo.Hosting;

/// <summary>
/// Checks that a database session has the settings that it was opened with. A pooler that is told to ignore start-up
/// parameters, as the internet advises, drops them without a word: no time limit holds then, and no plan that flushes rely on.
/// </summary>
public static class SessionSettings
{
    private const string Name = "votes-check";
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(5);

    // Without the keepalives, which a server that is reached by a socket file does not have.
    private static readonly (string Name, string Value)[] Expected =
    [
        ("application_name", Name),
        ("enable_seqscan", "off"),
        ("plan_cache_mode", "force_generic_plan"),
        ("statement_timeout", "5000"),
        ("synchronous_commit", "on"),
    ];

    /// <summary>Opens a session as a flush does, and asks it for its settings.</summary>
    /// <exception cref="DroppedSettingsException">They are not those that it was opened with.</exception>
    /// <exception cref="NpgsqlException">The database does not answer, or refuses the session.</exception>
    public static async Task EnsureKeptAsync(string connectionString, CancellationToken cancellationToken)
    {
        var settings = PostgresSource.Bounded(connectionString, Name, StatementTimeout, PostgresSource.FlushSettings);
        settings.Pooling = false;
        await using var source = NpgsqlDataSource.Create(settings);
        await using var select = source.CreateCommand("select name, setting from pg_settings where name = any($1)");
        select.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Expected.Select(static one => one.Name)] });
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0), reader.GetString(1));
        }

        ThrowIfDropped(found);
    }

    /// <summary>Refuses a session whose settings are not those that it was opened with.</summary>
    internal static void ThrowIfDropped(Dictionary<string, string> found)
    {
        var dropped = Expected.Where(one => found.GetValueOrDefault(one.Name) != one.Value)
            .Select(one => $"{one.Name} is '{found.GetValueOrDefault(one.Name)}' in place of '{one.Value}'")
            .ToArray();
        if (dropped.Length > 0)
        {
            throw new DroppedSettingsException(
                $"A database session does not have the settings that it was opened with ({string.Join(", ", dropped)}): a pooler "
                + "such as PgBouncer stands before PostgreSQL and drops them. Connect to PostgreSQL itself; "
                + "see docs/HIGH-AVAILABILITY.md.");
        }
    }
}
