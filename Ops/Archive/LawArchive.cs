using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace Votes.Ops.Archive;

/// <summary>Moves the votes of a closed law between the database and a file. Totals stay exact at every moment.</summary>
/// <param name="dataSource">Connects as the tables' owner.</param>
/// <param name="lawId">The law.</param>
public sealed class LawArchive(NpgsqlDataSource dataSource, string lawId)
{
    private const int RowsPerTransaction = 50_000;
    private const int NoLimit = 0;

    // Rows leave the audit in the transaction that adds them up: however far this got, votes and totals agree.
    private const string Drop = """
        with gone as (
          delete from vote_audit
           where law_id = $1
             and voter in (select voter from vote_audit where law_id = $1 order by voter limit $2)
          returning choice),
        moved as (
          insert into archived_votes as a (law_id, choice, votes)
          select $1, choice, count(*) from gone group by choice
          on conflict on constraint archived_votes_pk do update set votes = a.votes + excluded.votes)
        select count(*) from gone
        """;

    private const string Record = """
        select a.file, a.sha256, a.votes, a.archived_at, (select count(*) from vote_audit v where v.law_id = a.law_id)
          from law_archives a where a.law_id = $1
        """;

    // The minutes of charts are summed up from the audit, which is about to go.
    private const string Reasons = """
        select case
          when not exists (select from laws where law_id = $1) then 'there is no such law'
          when exists (select from laws where law_id = $1 and status <> 'closed') then 'it is open: close it first'
          when not exists (select from vote_audit where law_id = $1) then 'it has no votes'
          when exists (select from vote_ledger where law_id = $1 and difference <> 0)
            then 'its totals are not its votes: find out why, and run reconcile'
          when exists (select from vote_audit, minutes_range where law_id = $1 and counted_at >= until)
            then 'its last votes are not in the charts'' minutes yet: wait two minutes, with a silo running'
        end
        """;

    /// <summary>What is on record of the law's archive; null where there is none.</summary>
    public async Task<ArchiveRecord?> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = ForLaw(dataSource.CreateCommand(Record));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(
                reader.GetString(0), (byte[])reader.GetValue(1), reader.GetInt64(2), reader.GetDateTime(3), reader.GetInt64(4))
            : null;
    }

    /// <summary>Writes all votes of the law to a file, reads it back, and puts the archive on record. Drops nothing.</summary>
    /// <exception cref="OpsException">The law cannot be archived, or the file is not what it should be.</exception>
    /// <exception cref="NpgsqlException">The server is not there or refuses; a file may have been written.</exception>
    /// <exception cref="IOException">The file is there already or cannot be written.</exception>
    public async Task<ArchiveRecord> WriteAsync(ArchiveFile file, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        // One snapshot for the checks, the file and the totals that it is compared with. Nobody opens the law meanwhile.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await ExecuteAsync(connection, "select 1 from laws where law_id = $1 for share", cancellationToken);
        if (await ExecuteAsync(connection, Reasons, cancellationToken) is string reason)
            throw new OpsException($"the law is not archived: {reason}; nothing was changed", ExitStatus.Failed);
        var checksum = await file.WriteAsync(VotesAsync(connection, cancellationToken), cancellationToken);
        var votes = await CompareAsync(connection, file, cancellationToken);
        await using var command = ForLaw(new NpgsqlCommand(
            "insert into law_archives (law_id, file, sha256, votes) values ($1, $2, $3, $4)", connection));
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = file.Name });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = checksum });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = votes });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await OperatorRecord.WriteAsync(connection, "archive-create", lawId, ("votes", votes), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (await FindAsync(cancellationToken))!;
    }

    /// <summary>Drops the votes that the file has, and goes on where it was broken off.</summary>
    /// <returns>How many were dropped.</returns>
    public async Task<long> DropAsync(IProgress<long> progress, CancellationToken cancellationToken)
    {
        var (all, dropped) = (0L, 0L);
        do
        {
            await using var command = ForLaw(dataSource.CreateCommand(Drop));
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = RowsPerTransaction });
            dropped = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            progress.Report(all += dropped);
        }
        while (dropped > 0);
        return all;
    }

    /// <summary>Brings all votes of a file back and forgets the archive, in one transaction.</summary>
    /// <exception cref="OpsException">The file's votes are not those that were archived; nothing was changed.</exception>
    /// <exception cref="NpgsqlException">Nothing was changed.</exception>
    public async Task<long> RestoreAsync(ArchiveFile file, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "select 1 from law_archives where law_id = $1 for update", cancellationToken);
        await using (var create = new NpgsqlCommand(
            "create temporary table restored (like vote_audit) on commit drop", connection))
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        await LoadAsync(connection, file, cancellationToken);

        // Where dropping was broken off, some of them are still there.
        await ExecuteAsync(
            connection,
            "insert into vote_audit select * from restored where law_id = $1 on conflict on constraint vote_audit_pk do nothing",
            cancellationToken);
        await ExecuteAsync(connection, "delete from archived_votes where law_id = $1", cancellationToken);
        await ExecuteAsync(connection, "delete from law_archives where law_id = $1", cancellationToken);
        if (await ExecuteAsync(
            connection, "select 1 from vote_ledger where law_id = $1 and difference <> 0 limit 1", cancellationToken) is not null)
        {
            throw new OpsException(
                "with this file's votes the law's totals would be wrong; nothing was changed", ExitStatus.Failed);
        }

        var votes = (long)(await ExecuteAsync(
            connection, "select count(*) from vote_audit where law_id = $1", cancellationToken))!;
        await OperatorRecord.WriteAsync(connection, "archive-restore", lawId, ("votes", votes), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return votes;
    }

    private async IAsyncEnumerable<ArchivedVote> VotesAsync(
        NpgsqlConnection connection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = ForLaw(new NpgsqlCommand(
            "select voter, vote_id, choice, cast_at, counted_at from vote_audit where law_id = $1 order by voter",
            connection));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new(
                lawId, reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetDateTime(3), reader.GetDateTime(4));
        }
    }

    /// <summary>Reads the file from disk and compares it with the law's totals.</summary>
    private async Task<long> CompareAsync(
        NpgsqlConnection connection, ArchiveFile file, CancellationToken cancellationToken)
    {
        var inFile = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var vote in file.ReadAsync())
            inFile[vote.Choice] = inFile.GetValueOrDefault(vote.Choice) + 1;
        var votes = inFile.Values.Sum();
        await using var command = ForLaw(new NpgsqlCommand(
            "select choice, total from vote_results where law_id = $1 and total > 0", connection));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!inFile.Remove(reader.GetString(0), out var counted) || counted != reader.GetInt64(1))
                throw Differs();
        }

        return inFile.Count == 0 ? votes : throw Differs();

        OpsException Differs() => new(
            $"{file.Path} does not have the votes of the law's totals; it is left there, and no vote was dropped", ExitStatus.Failed);
    }

    private static async Task LoadAsync(NpgsqlConnection connection, ArchiveFile file, CancellationToken cancellationToken)
    {
        await using var writer = await connection.BeginBinaryImportAsync(
            "copy restored (law_id, voter, vote_id, choice, cast_at, counted_at) from stdin (format binary)", cancellationToken);
        await foreach (var vote in file.ReadAsync())
        {
            await writer.StartRowAsync(cancellationToken);
            await writer.WriteAsync(vote.LawId, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(vote.Voter, NpgsqlDbType.Uuid, cancellationToken);
            await writer.WriteAsync(vote.VoteId, NpgsqlDbType.Uuid, cancellationToken);
            await writer.WriteAsync(vote.Choice, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(vote.CastAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await writer.WriteAsync(vote.CountedAt, NpgsqlDbType.TimestampTz, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = ForLaw(new NpgsqlCommand(sql, connection));
        return await command.ExecuteScalarAsync(cancellationToken) is { } value and not DBNull ? value : null;
    }

    private NpgsqlCommand ForLaw(NpgsqlCommand command)
    {
        command.CommandTimeout = NoLimit;
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = lawId });
        return command;
    }
}
