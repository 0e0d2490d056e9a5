using Npgsql;
using NpgsqlTypes;
using Votes.Silo.Access;
using Votes.Silo.Access.Trail;

namespace Votes.Silo.Api;

/// <summary>
/// Registers and changes laws, each in one transaction with the operator log's entry of it. Silos read changes within
/// seconds of the next vote or look at the law.
/// </summary>
public sealed class LawWriter(OperatorLog log)
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
    public async Task<bool> CreateAsync(CreateLaw law, Caller caller, CancellationToken cancellationToken)
    {
        var isCreated = false;
        await log.ChangeAsync(
            async (connection, ct) =>
            {
                await using var command = new NpgsqlCommand(Create, connection)
                {
                    Parameters =
                    {
                        new() { Value = law.Id! },
                        new() { Value = law.Title ?? "" },
                        new()
                        {
                            Value = law.Choices is null ? DBNull.Value : law.Choices.ToArray(),
                            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                        },
                        Moment(law.OpensAt),
                        Moment(law.ClosesAt),
                    },
                };
                isCreated = await command.ExecuteNonQueryAsync(ct) == 1;
                return new OperatorEntry(
                    caller,
                    OperatorActions.CreateLaw,
                    law.Id!,
                    OutcomeOf(isCreated),
                    ("title", law.Title),
                    ("choices", law.Choices?.Count),
                    ("opens_at", law.OpensAt),
                    ("closes_at", law.ClosesAt));
            },
            cancellationToken);
        return isCreated;
    }

    /// <summary>Changes a law; false where there is none, or it is closed and its window was to change.</summary>
    /// <exception cref="BadRequestException">The window would end before it begins.</exception>
    public async Task<bool> ChangeAsync(
        string lawId, ChangeLaw change, Caller caller, CancellationToken cancellationToken)
    {
        var isChanged = false;
        try
        {
            await log.ChangeAsync(
                async (connection, ct) =>
                {
                    await using var command = ChangeCommand(connection, lawId, change);
                    isChanged = await command.ExecuteNonQueryAsync(ct) == 1;
                    return EntryOf(lawId, change, caller, isChanged);
                },
                cancellationToken);
        }
        catch (PostgresException exception) when (exception.ConstraintName == "laws_window_ck")
        {
            // The other end of the window is in the table alone.
            throw new BadRequestException("opens_at must be before closes_at.");
        }

        return isChanged;
    }

    private static NpgsqlCommand ChangeCommand(NpgsqlConnection connection, string lawId, ChangeLaw change) =>
        new(Change, connection)
        {
            Parameters =
            {
                new() { Value = lawId },
                new() { Value = (object?)change.Title ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = change.HasOpensAt },
                Moment(change.OpensAt),
                new() { Value = change.HasClosesAt },
                Moment(change.ClosesAt),
                new() { Value = change.Close == true },
            },
        };

    private static OperatorEntry EntryOf(string lawId, ChangeLaw change, Caller caller, bool isChanged) => new(
        caller,
        change.Close == true ? OperatorActions.CloseLaw : OperatorActions.ChangeLaw,
        lawId,
        OutcomeOf(isChanged),
        ("title", change.Title),
        ("opens_at", change.HasOpensAt ? (object?)change.OpensAt ?? "none" : null),
        ("closes_at", change.HasClosesAt ? (object?)change.ClosesAt ?? "none" : null));

    private static string OutcomeOf(bool isDone) => isDone ? OperatorOutcomes.Done : OperatorOutcomes.Refused;

    private static NpgsqlParameter Moment(DateTimeOffset? moment) => new()
    {
        Value = moment is { } value ? value.ToUniversalTime() : DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.TimestampTz,
    };
}
