namespace Votes.Grains.Store;

/// <summary>The hot SQL. docs/adr/0002-flush-statements.md says why it has this shape.</summary>
internal static class TallySql
{
    /// <summary>
    /// Statement 0, in the same transaction: holds the status of the flush's laws ($1) as it is until the transaction ends,
    /// and waits for whoever is changing it (docs/adr/0006-closing-a-law.md). A statement of its own, because statement 1 must
    /// have a snapshot that was taken after these locks were granted.
    /// </summary>
    public const string HoldLaws = "SELECT hold_laws($1)";

    /// <summary>
    /// Statement 1: leave out the votes on closed laws, insert the audit rows of the others, let the unique key decide which
    /// are new, and move each total by exactly those. Whether a law is closed is read without a lock on its row, under the
    /// locks that statement 0 took, so that other edits of a law hold no flush up.
    /// Rows go in key order, then totals in key order, so that two flushes cannot wait for each other crosswise. The
    /// constraint is named rather than inferred: inference can fail while an index is rebuilt concurrently.
    /// Where a vote was not counted, a row that is on record already decides what becomes of it, and that row may be
    /// committed here and not yet on the synchronous standby: the flush that wrote it was cancelled while it waited for the
    /// standby. A commit waits for the standby only if its transaction wrote to the log, and a flush of nothing but redelivered
    /// votes writes no row. So it writes a message of some bytes to the log, which nothing reads, and is acked no
    /// earlier than the row is replicated (docs/adr/0002-flush-statements.md). A transaction id alone would not do: the
    /// server waits for no standby where a transaction has an id and has logged nothing.
    /// Returns a row per total that moved: law_id, choice, added, total, version; one per closed law: law_id and nulls; and
    /// one or two without a law_id: how many votes were counted, left for statement 2 until the transaction ends, with the
    /// transaction's time in microseconds since the Unix epoch in place of added, and the message's place in the log.
    /// </summary>
    public const string Count = """
        WITH closed AS MATERIALIZED (
          SELECT coalesce(array_agg(law_id), '{}') AS law_ids
            FROM laws WHERE law_id = ANY ($6::text[]) AND status = 'closed'),
        ins AS (
          INSERT INTO vote_audit (law_id, voter, vote_id, choice, cast_at)
          SELECT t.law_id, t.voter, t.vote_id, t.choice, t.cast_at
            FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])
                 WITH ORDINALITY AS t (law_id, voter, vote_id, choice, cast_at, ord)
           WHERE t.law_id <> ALL ((SELECT law_ids FROM closed)::text[])
           ORDER BY t.law_id COLLATE "C", t.voter, t.ord
          ON CONFLICT ON CONSTRAINT vote_audit_pk DO NOTHING
          RETURNING law_id, choice),
        delta AS (
          SELECT law_id, choice, count(*) AS added FROM ins GROUP BY law_id, choice),
        counted AS (
          SELECT sum(added) AS votes FROM delta),
        tot AS (
          INSERT INTO vote_results AS r (law_id, choice, total, version, updated_at)
          SELECT law_id, choice, added, 1, now() FROM delta ORDER BY law_id, choice
          ON CONFLICT ON CONSTRAINT vote_results_pk DO UPDATE
            SET total = r.total + EXCLUDED.total, version = r.version + 1, updated_at = EXCLUDED.updated_at
          RETURNING law_id, choice, total, version)
        SELECT tot.law_id, tot.choice, delta.added, tot.total, tot.version
          FROM tot JOIN delta USING (law_id, choice)
        UNION ALL
        SELECT unnest(law_ids), NULL, NULL, NULL, NULL FROM closed
        UNION ALL
        SELECT NULL, set_config('votes.counted', votes::text, true), (extract(epoch FROM now()) * 1000000)::bigint, NULL, NULL
          FROM counted
        UNION ALL
        SELECT NULL, pg_logical_emit_message(true, 'votes', '')::text, NULL, NULL, NULL
          FROM counted WHERE votes IS DISTINCT FROM cardinality($1)
        """;

    /// <summary>
    /// Statement 2, in the same transaction but with a snapshot of its own, so that it sees the rows that statement 1
    /// inserted and those that concurrent transactions had just committed: what was not counted, and why. A row of the
    /// audit that this transaction did not write stood there before (redelivered, or a duplicate of it); a row that it did
    /// write under another vote id is the winner of a duplicate inside this very flush. Duplicates are filed,
    /// those on closed laws as well: such a vote was none before the law closed either.
    /// Returns (ord, null, null, null) for each vote that was not counted, then (null, law_id, voter, vote_id) for each
    /// duplicate filed just now. Where statement 1 counted all of the votes there is nothing to find, and nothing is looked
    /// up: the server checks a condition without columns once, beforehand. OFFSET 0 keeps the planner from turning the key
    /// look-ups into a scan of the audit.
    /// </summary>
    public const string FileDuplicates = """
        WITH prior AS (
          SELECT t.ord, t.law_id, t.voter, t.vote_id, t.choice, a.vote_id AS counted_vote_id
            FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[])
                 WITH ORDINALITY AS t (law_id, voter, vote_id, choice, ord)
           CROSS JOIN LATERAL (
             SELECT x.vote_id, x.xmin FROM vote_audit x
              WHERE x.law_id = t.law_id AND x.voter = t.voter OFFSET 0) AS a
           WHERE current_setting('votes.counted', true) IS DISTINCT FROM cardinality($1)::text
             AND (a.vote_id <> t.vote_id OR a.xmin IS DISTINCT FROM pg_current_xact_id_if_assigned()::xid)),
        filed AS (
          INSERT INTO duplicate_attempts (law_id, voter, vote_id, choice, counted_vote_id)
          SELECT law_id, voter, vote_id, choice, counted_vote_id FROM prior
           WHERE vote_id <> counted_vote_id
           ORDER BY law_id COLLATE "C", voter, vote_id, ord
          ON CONFLICT ON CONSTRAINT duplicate_attempts_pk DO NOTHING
          RETURNING law_id, voter, vote_id)
        SELECT ord, NULL::text AS law_id, NULL::uuid AS voter, NULL::uuid AS vote_id FROM prior
        UNION ALL
        SELECT NULL, law_id, voter, vote_id FROM filed
        """;

    /// <summary>
    /// Puts votes that were rejected because their law is closed on record, each once however often it comes, and adds
    /// up how many a law has: $1 law ids, $2 voters, $3 vote ids.
    /// </summary>
    public const string KeepLate = """
        WITH late AS (
          INSERT INTO late_votes (law_id, voter, vote_id)
          SELECT law_id, voter, vote_id FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS t (law_id, voter, vote_id)
           ORDER BY law_id COLLATE "C", voter, vote_id
          ON CONFLICT ON CONSTRAINT late_votes_pk DO NOTHING
          RETURNING law_id)
        INSERT INTO late_totals AS t (law_id, votes)
        SELECT law_id, count(*) FROM late GROUP BY law_id ORDER BY law_id
        ON CONFLICT ON CONSTRAINT late_totals_pk DO UPDATE SET votes = t.votes + EXCLUDED.votes
        """;

    /// <summary>
    /// Registers laws that nobody described: $1 law ids. Those that are registered are left out beforehand: ON CONFLICT waits
    /// for whoever is editing the row that it meets.
    /// </summary>
    public const string RegisterLaws = """
        INSERT INTO laws (law_id, title)
        SELECT law_id, law_id FROM unnest($1::text[]) AS t (law_id)
         WHERE NOT EXISTS (SELECT FROM laws l WHERE l.law_id = t.law_id)
         ORDER BY law_id COLLATE "C"
        ON CONFLICT DO NOTHING
        """;

    /// <summary>
    /// The laws of $1 that a flush would wait for: those with a total that somebody else holds a lock on, those whose status
    /// somebody is changing, and those that somebody is registering. Waits for none of them. What is free is locked for the
    /// statement's own time; a CTE that locks rows is evaluated once and whole.
    /// </summary>
    public const string FindLocked = """
        WITH free AS (
          SELECT law_id, choice FROM vote_results WHERE law_id = ANY ($1) FOR NO KEY UPDATE SKIP LOCKED)
        SELECT r.law_id
          FROM vote_results r LEFT JOIN free f ON f.law_id = r.law_id AND f.choice = r.choice
         WHERE r.law_id = ANY ($1) AND f.law_id IS NULL
        UNION
        SELECT * FROM laws_changing_status($1)
        UNION
        SELECT * FROM laws_being_registered($1)
        """;

    /// <summary>The laws of $1 whose status somebody is changing; waits for none of them, and locks no row.</summary>
    public const string FindChangingStatus = "SELECT * FROM laws_changing_status($1)";

    /// <summary>The laws of $1 that somebody is registering in a transaction that has not committed.</summary>
    public const string FindBeingRegistered = "SELECT * FROM laws_being_registered($1)";

    /// <summary>
    /// Laws and their totals, in one snapshot: $1 law ids. Totals are null for a law without votes. A law that was deleted
    /// has no status, as one that never was.
    /// </summary>
    public const string Load = $"""
        SELECT t.law_id, CASE WHEN l.deleted_at IS NULL THEN l.status END, l.choices, {LawTimes.OpensAt}, {LawTimes.ClosesAt}, r.choice, r.total, r.version,
               r.updated_at
          FROM unnest($1::text[]) AS t (law_id)
          LEFT JOIN laws l ON l.law_id = t.law_id
          LEFT JOIN vote_results r ON r.law_id = t.law_id
        """;

    /// <summary>
    /// Laws whose description was changed by the transaction of number $1 or a later one, and beside each the oldest
    /// transaction that has not ended and the server's start; without such laws one row of nulls and these two. A transaction
    /// before that one has ended, and what it changed is in this snapshot; a number that this server has not given yet comes
    /// from the server that the rows were copied from. A law that was deleted has no status.
    /// </summary>
    public const string ChangedLaws = $"""
        SELECT l.law_id, CASE WHEN l.deleted_at IS NULL THEN l.status END, l.choices, {LawTimes.OpensAt}, {LawTimes.ClosesAt}, n.horizon::text, n.started
          FROM (SELECT pg_snapshot_xmin(s) AS horizon, pg_snapshot_xmax(s) AS next, pg_postmaster_start_time() AS started
                  FROM pg_current_snapshot() AS s) n
          LEFT JOIN laws l ON l.changed_xid >= $1::text::xid8 AND l.changed_xid < n.next
        """;
}
