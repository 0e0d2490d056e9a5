using Npgsql;
using NpgsqlTypes;

namespace Votes.Silo.Api;

/// <summary>Registers and changes laws. Silos read changes within seconds of the next vote or look at the law.</summary>
public sealed class LawWriter(ApiDatabase database)
{
    private const string Create = """
        INSERT INTO laws (law_id, title, choices, opens_at, closes_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT ON CONSTRAINT laws_pk DO NOTHING
        """;

    /// <summary>
    /// $1 law, $2 title or null, $3 whether $4 is the new begin, $5 whether $6 is the new end, $7 whether to close. The
    /// window of a closed law stays: its totals are final.
    /// </summary>
    private const string Change = """
        UPDATE laws
           SET title = coalesce($2, title),
               opens_at = CASE WHEN $3 THEN $4 ELSE opens_at END,
               closes_at = CASE WHEN $5 THEN $6 ELSE closes_at END,
               status = CASE WHEN $7 THEN 'closed' ELSE status END
         WHERE law_id = $1 AND (status = 'open' OR NOT ($3 OR $5))
        """;

    /// <summary>Registers a law; false where one of this id is registered already.</summary>
    public async Task<bool> CreateAsync(CreateLaw law, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            Create,
            new NpgsqlParameter { Value = law.Id! },
            new NpgsqlParameter { Value = law.Title ?? "" },
            new NpgsqlParameter
            {
                Value = law.Choices is null ? DBNull.Value : law.Choices.ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            },
            Moment(law.OpensAt),
            Moment(law.ClosesAt));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Changes a law; false where there is none, or it is closed and its window was to change.</summary>
    /// <exception cref="BadRequestException">The window would end before it begins.</exception>
    public async Task<bool> ChangeAsync(string lawId, ChangeLaw change, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            Change,
            new NpgsqlParameter { Value = lawId },
            new NpgsqlParameter { Value = (object?)change.Title ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter { Value = change.HasOpensAt },
            Moment(change.OpensAt),
            new NpgsqlParameter { Value = change.HasClosesAt },
            Moment(change.ClosesAt),
            new NpgsqlParameter { Value = change.Close == true });
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        }
        catch (PostgresException exception) when (exception.ConstraintName == "laws_window_ck")
        {
            // The other end of the window is in the table alone.
            throw new BadRequestException("opens_at must be before closes_at.");
        }
    }

    private static NpgsqlParameter Moment(DateTimeOffset? moment) => new()
    {
        Value = moment is { } value ? value.ToUniversalTime() : DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.TimestampTz,
    };
}
