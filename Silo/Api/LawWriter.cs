using Npgsql;
using NpgsqlTypes;
using Votes.Silo.Access;
using Votes.Silo.Access.Trail;

namespace Votes.Silo.Api;

/// <summary>
/// Registers, changes and deletes laws, each in one transaction with the operator log's entry of it. Silos read changes
/// within seconds of the next vote or look at the law.
/// </summary>
public sealed class LawWriter(OperatorLog log)
{
    private const string Create = """
        INSERT INTO laws (law_id, title, choices, opens_at, closes_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT ON CONSTRAINT laws_pk DO NOTHING
        """;

    /// <summary>
    /// $1 law, $2 title or null, $3 whether $4 is the new begin, $5 whether $6 is the new end, $7 the new status or null,
    /// $8 hidden or null, $9 the new choices or null, $10 those that they were made of, $11 the default choices. The window
    /// and the choices of a closed law stay: its totals are final. A closing that waits already goes on as it began.
    /// </summary>
    private const string Change = """
        UPDATE laws
           SET title = coalesce($2, title),
               opens_at = CASE WHEN $3 THEN $4 ELSE opens_at END,
               closes_at = CASE WHEN $5 THEN $6 ELSE closes_at END,
               status = CASE WHEN status = 'closed' THEN status ELSE coalesce($7, status) END,
               hidden = coalesce($8, hidden),
               choices = coalesce($9, choices)
         WHERE law_id = $1 AND deleted_at IS NULL
           AND (status <> 'closed' OR NOT ($3 OR $5 OR $9 IS NOT NULL OR coalesce($7, 'closed') <> 'closed'))
           AND ($9 IS NULL OR coalesce(choices, $11) = $10)
        """;

    /// <summary>Registers a law; false where one of this id is registered already.</summary>
    public async Task<bool> CreateAsync(CreateLaw law, Caller caller, CancellationToken cancellationToken)
    {
        var isCreated = false;
        await log.ChangeAsync(
            async (connection, ct) =>
            {
                // One that was deleted leaves its row behind, which makes room for the next of its id.
                await using var forget = Command(
                    "SELECT forget_deleted_law($1)", connection, new NpgsqlParameter { Value = law.Id! });
                await forget.ExecuteNonQueryAsync(ct);
                await using var command = Command(
                    Create,
                    connection,
                    new NpgsqlParameter { Value = law.Id! },
                    new NpgsqlParameter { Value = law.Title ?? "" },
                    Texts(law.Choices),
                    Moment(law.OpensAt),
                    Moment(law.ClosesAt));
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

    /// <summary>
    /// Changes a law; false where there is none, or it is closed and what was to change cannot, or its choices were
    /// changed by somebody else meanwhile.
    /// </summary>
    /// <param name="law">The law as it was read.</param>
    /// <param name="change">What is to change.</param>
    /// <param name="caller">Who changes it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BadRequestException">The window would end before it begins.</exception>
    public async Task<bool> ChangeAsync(
        LawView law, ChangeLaw change, Caller caller, CancellationToken cancellationToken)
    {
        var isChanged = false;
        try
        {
            await log.ChangeAsync(
                async (connection, ct) =>
                {
                    await using var command = ChangeCommand(connection, law, change);
                    isChanged = await command.ExecuteNonQueryAsync(ct) == 1;
                    return EntryOf(law.LawId, change, caller, OutcomeOf(isChanged));
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

    /// <summary>Puts on record that a law was not closed, as votes wait.</summary>
    public Task RefusedAsync(
        string lawId, ChangeLaw change, Caller caller, long? waiting, CancellationToken cancellationToken) =>
        log.WriteAsync(
            EntryOf(lawId, change, caller, OperatorOutcomes.Refused, ("waiting", (object?)waiting ?? "unknown")),
            cancellationToken);

    /// <summary>Deletes a law that has no votes.</summary>
    /// <returns>Whether it was there, and why it was not deleted; null: it was.</returns>
    public async Task<(bool Found, string? Refusal)> DeleteAsync(
        string lawId, Caller caller, CancellationToken cancellationToken)
    {
        var isFound = false;
        try
        {
            await log.ChangeAsync(
                async (connection, ct) =>
                {
                    await using var command = Command(
                        "SELECT delete_law($1)", connection, new NpgsqlParameter { Value = lawId });
                    isFound = (bool)(await command.ExecuteScalarAsync(ct))!;
                    return new OperatorEntry(caller, OperatorActions.DeleteLaw, lawId, OutcomeOf(isFound));
                },
                cancellationToken);
            return (isFound, null);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            var cause = exception.MessageText;
            await log.WriteAsync(
                new OperatorEntry(caller, OperatorActions.DeleteLaw, lawId, OperatorOutcomes.Refused, ("cause", cause)),
                cancellationToken);
            return (true, cause);
        }
    }

    private static NpgsqlCommand ChangeCommand(NpgsqlConnection connection, LawView law, ChangeLaw change) => Command(
        Change,
        connection,
        new NpgsqlParameter { Value = law.LawId },
        Text(change.Title),
        new NpgsqlParameter { Value = change.HasOpensAt },
        Moment(change.OpensAt),
        new NpgsqlParameter { Value = change.HasClosesAt },
        Moment(change.ClosesAt),
        Text(change.Close switch
        {
            CloseHow.Now => "closed",
            CloseHow.WhenDrained => "closing",
            CloseHow.CallOff => "open",
            _ => null,
        }),
        new NpgsqlParameter { Value = (object?)change.Hidden ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean },
        Texts(change.AddChoices is { } more ? [.. law.Choices, .. more] : null),
        Texts(law.Choices),
        Texts(Grains.Laws.Law.DefaultChoices));

    private static OperatorEntry EntryOf(
        string lawId, ChangeLaw change, Caller caller, string outcome, params (string, object?)[] more) => new(
        caller,
        change.Close is null ? OperatorActions.ChangeLaw : OperatorActions.CloseLaw,
        lawId,
        outcome,
        [
            ("title", change.Title),
            ("opens_at", change.HasOpensAt ? (object?)change.OpensAt ?? "none" : null),
            ("closes_at", change.HasClosesAt ? (object?)change.ClosesAt ?? "none" : null),
            ("hidden", change.Hidden),
            ("choices_added", change.AddChoices?.Count),
            ("how", change.Close switch
            {
                CloseHow.Now => change.Force ? "forced" : "at once",
                CloseHow.WhenDrained => "when drained",
                CloseHow.CallOff => "called off",
                _ => null,
            }),
            .. more,
        ]);

    private static string OutcomeOf(bool isDone) => isDone ? OperatorOutcomes.Done : OperatorOutcomes.Refused;

    private static NpgsqlCommand Command(string sql, NpgsqlConnection connection, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter Text(string? text) =>
        new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Texts(IReadOnlyList<string>? texts) => new()
    {
        Value = texts is null ? DBNull.Value : texts.ToArray(),
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
    };

    private static NpgsqlParameter Moment(DateTimeOffset? moment) => new()
    {
        Value = moment is { } value ? value.ToUniversalTime() : DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.TimestampTz,
    };
}
