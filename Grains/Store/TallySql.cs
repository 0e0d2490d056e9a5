namespace Votes.Grains.Store;

/// <summary>The SQL of the store. docs/adr/0002-flush-statements.md says why a flush has the shape that it has.</summary>
internal static class TallySql
{
    /// <summary>
    /// Counts votes: $1 law ids, $2 voters, $3 vote ids, $4 choices, $5 times of the casting. The function is in
    /// db/0020_counting.sql, with what it returns: the application's role may write neither audit nor totals itself.
    /// </summary>
    public const string Count = "SELECT * FROM count_votes($1, $2, $3, $4, $5)";

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
    /// somebody is changing, and those that somebody is registering. Waits for none of them.
    /// </summary>
    public const string FindLocked = "SELECT * FROM laws_locked($1)";

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
