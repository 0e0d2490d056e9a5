using Npgsql;
using NpgsqlTypes;
using Votes.Grains.Laws;
using Votes.Grains.Store;

namespace Votes.Silo.Api;

/// <summary>Reads laws and lists of them from the database.</summary>
public sealed class LawReader(ApiDatabase database)
{
    private const string Columns = $"""
        l.law_id, l.title, l.status, l.choices,
        {LawTimes.OpensAt}, {LawTimes.ClosesAt}, {LawTimes.CreatedAt}, {LawTimes.UpdatedAt},
        coalesce(r.votes, 0), coalesce(r.version, 0), l.hidden, l.closing_since, l.closed_at,
        coalesce((SELECT votes FROM late_totals t WHERE t.law_id = l.law_id), 0)
        """;

    // The sums of a page's laws alone.
    private const string SumsOfEach = """
        LEFT JOIN LATERAL (
          SELECT sum(total)::bigint AS votes, sum(version)::bigint AS version FROM vote_results
           WHERE law_id = l.law_id) r ON true
        """;

    // What makes the order of all laws, and so needs the sums of all.
    private const string SumsOfAll = """
        LEFT JOIN (
          SELECT law_id, sum(total)::bigint AS votes, sum(version)::bigint AS version FROM vote_results
           GROUP BY law_id) r USING (law_id)
        """;

    // By ICU's root locale: the database's own may know the capitals of ASCII alone. Composed, as people type it either way.
    private const string Wanted = """
        WHERE NOT l.hidden AND l.deleted_at IS NULL
          AND ($1 IS NULL OR l.status = $1)
          AND ($2 IS NULL
               OR strpos(lower(normalize(l.title) COLLATE "und-x-icu"), lower(normalize($2) COLLATE "und-x-icu")) > 0
               OR strpos(lower(l.law_id COLLATE "und-x-icu"), lower(normalize($2) COLLATE "und-x-icu")) > 0)
        """;

    private const string One = $"SELECT {Columns} FROM laws l {SumsOfEach} WHERE l.law_id = $1 AND l.deleted_at IS NULL";

    private const string ByVotes =
        $"SELECT {Columns} FROM laws l {SumsOfAll} {Wanted} ORDER BY coalesce(r.votes, 0) DESC, l.law_id LIMIT $3 OFFSET $4";

    private const string Newest = $"""
        SELECT {Columns}
          FROM (SELECT * FROM laws l {Wanted} ORDER BY l.created_at DESC, l.law_id LIMIT $3 OFFSET $4) l {SumsOfEach}
         ORDER BY l.created_at DESC, l.law_id
        """;

    /// <summary>A law; null where there is none of this id.</summary>
    public async Task<LawView?> FindAsync(string lawId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(One, new NpgsqlParameter { Value = lawId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>A page of laws.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<LawPage> ListAsync(LawListQuery query, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            query.ByVotes ? ByVotes : Newest,
            Text(query.Status),
            Text(query.Search),
            new NpgsqlParameter { Value = query.Limit + 1 },
            new NpgsqlParameter { Value = (query.Page - 1) * query.Limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var laws = new List<LawView>(query.Limit + 1);
        while (await reader.ReadAsync(cancellationToken))
        {
            laws.Add(Read(reader));
        }

        // One more than asked for tells whether there are more, without counting all.
        var isCut = laws.Count > query.Limit;
        return new LawPage(
            query.Page,
            query.Limit,
            isCut && !query.IsLastPage,
            isCut ? laws[..query.Limit] : laws,
            isCut && query.IsLastPage ? LawListQuery.EndOfList : null);
    }

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static LawView Read(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.IsDBNull(3) ? Law.DefaultChoices : row.GetFieldValue<string[]>(3),
        Moment(row, 4),
        Moment(row, 5),
        row.GetFieldValue<DateTimeOffset>(6),
        row.GetFieldValue<DateTimeOffset>(7),
        row.GetInt64(8),
        row.GetInt64(9),
        row.GetBoolean(10),
        Moment(row, 11),
        Moment(row, 12),
        row.GetInt64(13));

    private static DateTimeOffset? Moment(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
