using System.Data;
using DbUp.Engine;
using Npgsql;

namespace Votes.Silo.Schema;

/// <summary>
/// The table <c>schema_journal</c>: the scripts that the database has had, with their checksums. A script's row is
/// written in the script's own transaction, so that one is there exactly where the other's work is.
/// </summary>
internal sealed class SchemaJournal : IJournal
{
    private readonly Dictionary<string, string> _checksums;
    private readonly string[] _executed;

    /// <summary>Creates the journal of one migration.</summary>
    /// <param name="scripts">The scripts that may run.</param>
    /// <param name="executed">The names that the table holds, read under the migration's lock.</param>
    public SchemaJournal(IEnumerable<SchemaScript> scripts, IEnumerable<string> executed)
    {
        _checksums = scripts.ToDictionary(script => script.Name, script => script.Checksum, StringComparer.Ordinal);
        _executed = [.. executed];
    }

    /// <summary>Reads checksums by script name; null where the database has no journal yet.</summary>
    public static async Task<IReadOnlyDictionary<string, string>?> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("select to_regclass('schema_journal') is not null", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return null;
        }

        await using var select = new NpgsqlCommand("select script, checksum from schema_journal", connection);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var journal = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            journal.Add(reader.GetString(0), reader.GetString(1));
        }

        return journal;
    }

    /// <summary>Creates the table. The application may read it: that is how each process checks the schema.</summary>
    public static async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var create = new NpgsqlCommand(
            """
            create table schema_journal (
              script     text collate "C" not null,
              checksum   text collate "C" not null,
              applied_at timestamptz not null default now(),
              constraint schema_journal_pk primary key (script),
              constraint schema_journal_checksum_ck check (checksum ~ '^[0-9a-f]{64}$'));
            comment on table schema_journal is
              'The schema scripts that this database has had: a row where, and only where, the script has committed.';
            grant select on schema_journal to votes_app;
            """,
            connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    string[] IJournal.GetExecutedScripts() => _executed;

    void IJournal.StoreExecutedScript(SqlScript script, Func<IDbCommand> dbCommandFactory)
    {
        using var insert = dbCommandFactory();
        insert.CommandText = "insert into schema_journal (script, checksum) values (@script, @checksum)";
        insert.Parameters.Add(new NpgsqlParameter<string>("script", script.Name));
        insert.Parameters.Add(new NpgsqlParameter<string>("checksum", _checksums[script.Name]));
        insert.ExecuteNonQuery();
    }

    // The migration has created the table before a script runs.
    void IJournal.EnsureTableExistsAndIsLatestVersion(Func<IDbCommand> dbCommandFactory)
    {
    }
}
