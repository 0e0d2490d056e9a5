using Npgsql;
using NpgsqlTypes;
using Votes.DeadLetters;

namespace Votes.Ops.DeadLetters;

/// <summary>
/// Puts discarded letters on record, before they go: who, why, and how many of each reason and law with their digest. Nothing
/// of a body but its law is kept.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="who">Who discards.</param>
/// <param name="why">Why.</param>
internal sealed class DiscardRecord(NpgsqlDataSource database, string who, string why)
{
    /// <summary>The most characters of who and of why.</summary>
    public const int MostCharacters = 500;

    private const int MostReasonCharacters = 64;
    private const int MostLawCharacters = 128;
    private const string OtherReason = "(other)";

    private const string Insert =
        """
        INSERT INTO discarded_dead_letters (operation, discarded_by, why, reason, law_id, letters, digest)
        SELECT $1, $2, $3, t.reason, t.law_id, t.letters, t.digest
          FROM unnest($4, $5, $6, $7) AS t (reason, law_id, letters, digest)
        """;

    private readonly Guid _operation = Guid.CreateVersion7();
    private readonly Lock _gate = new();

    /// <summary>The letters on record.</summary>
    public LetterDigest All { get; } = new();

    /// <summary>Writes the record of some letters.</summary>
    /// <exception cref="NpgsqlException">It is not written.</exception>
    public async Task WriteAsync(IReadOnlyList<Letter> letters)
    {
        var groups = letters.GroupBy(static letter => (Reason: Reason(letter), Law: Law(letter)))
            .Select(static group => (group.Key.Reason, group.Key.Law, Digest: Digest(group)))
            .ToList();
        await using var command = database.CreateCommand(Insert);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = _operation });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = who });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = why });
        command.Parameters.Add(Array(NpgsqlDbType.Text, groups.Select(static group => group.Reason)));
        command.Parameters.Add(Array(NpgsqlDbType.Text, groups.Select(static group => group.Law)));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, groups.Select(static group => group.Digest.Letters)));
        command.Parameters.Add(Array(NpgsqlDbType.Bytea, groups.Select(static group => group.Digest.Sum.ToArray())));

        // No caller's token: the letters in hand are put on record first, and the command has a time limit.
        await command.ExecuteNonQueryAsync(CancellationToken.None);
        lock (_gate)
        {
            foreach (var letter in letters)
                All.Add(letter);
        }
    }

    private static NpgsqlParameter Array<T>(NpgsqlDbType element, IEnumerable<T> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | element };

    private static LetterDigest Digest(IEnumerable<Letter> letters)
    {
        var digest = new LetterDigest();
        foreach (var letter in letters)
            digest.Add(letter);
        return digest;
    }

    // Anybody who may publish may write these: what is none of ours is no text to keep.
    private static string Reason(Letter letter) =>
        IsPlain(letter.Reason, MostReasonCharacters) ? letter.Reason : OtherReason;

    private static string? Law(Letter letter) =>
        LetterLaw.Of(letter.Body.Span) is { } law && IsPlain(law, MostLawCharacters) ? law : null;

    private static bool IsPlain(string text, int most) =>
        text.Length > 0 && text.EnumerateRunes().Count() <= most && !text.Any(char.IsControl);
}
