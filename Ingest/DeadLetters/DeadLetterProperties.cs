using System.Text;
using RabbitMQ.Client;
using Votes.Ingest.Messages;

namespace Votes.Ingest.DeadLetters;

/// <summary>The properties of a dead letter: those that the message came with, and why it is not counted.</summary>
public static class DeadLetterProperties
{
    /// <summary>The header with the code of the reason.</summary>
    public const string Reason = "x-votes-reason";

    /// <summary>The header with the offending field.</summary>
    public const string Field = "x-votes-field";

    /// <summary>The header with a sentence on the reason.</summary>
    public const string Detail = "x-votes-detail";

    /// <summary>The header with the time of the rejection, as an AMQP timestamp (seconds since 1970, UTC).</summary>
    public const string At = "x-votes-at";

    /// <summary>The header with the user who published the message.</summary>
    public const string UserId = "x-votes-user-id";

    /// <summary>The header with the message's expiration.</summary>
    public const string Expiration = "x-votes-expiration";

    /// <summary>
    /// The header with the names of the headers that were left out because they nest too deep, up to a length.
    /// </summary>
    public const string DroppedHeaders = "x-votes-dropped-headers";

    /// <summary>
    /// How many tables and arrays a header may have in each other. Clients read them by recursion: what is deeper may end
    /// the program of whoever reads the dead letter. What the broker notes of its own dead-lettering has three.
    /// </summary>
    public const int MostLevels = 8;

    private const int MostNamesBytes = 1_000;

    /// <summary>Makes the properties.</summary>
    /// <param name="original">The properties that the message came with.</param>
    /// <param name="poison">Why it is not counted.</param>
    /// <param name="at">When it was rejected.</param>
    public static BasicProperties Create(
        IReadOnlyBasicProperties original, in Poison poison, DateTimeOffset at)
    {
        var headers = original.Headers is null
            ? new Dictionary<string, object?>()
            : new Dictionary<string, object?>(original.Headers);

        DropNested(headers);

        // The broker would send copies to the queues that these headers name: back to the one it came from, for ever.
        headers.Remove("CC");
        headers.Remove("BCC");

        // The broker refuses a message in another user's name.
        Move(headers, UserId, original.IsUserIdPresent() ? original.UserId : null);

        // A dead letter must not vanish before somebody has seen it.
        Move(headers, Expiration, original.IsExpirationPresent() ? original.Expiration : null);

        headers[Reason] = poison.Reason;
        headers[Field] = poison.Field;
        headers[Detail] = poison.Detail;
        headers[At] = new AmqpTimestamp(at.ToUnixTimeSeconds());

        var properties = new BasicProperties(original) { Headers = headers, Persistent = true };
        properties.ClearUserId();
        properties.ClearExpiration();
        return properties;
    }

    /// <summary>
    /// Properties for a message whose own the broker does not take back, such as headers at their limit.
    /// </summary>
    /// <param name="poison">Why the message is not counted.</param>
    /// <param name="at">When it was rejected.</param>
    public static BasicProperties CreateBare(in Poison poison, DateTimeOffset at) =>
        Create(new BasicProperties(), poison, at);

    private static void DropNested(Dictionary<string, object?> headers)
    {
        var nested = headers.Where(static header => IsDeeper(header.Value, MostLevels))
            .Select(static header => header.Key)
            .ToList();
        if (nested.Count == 0)
        {
            return;
        }

        nested.ForEach(name => headers.Remove(name));
        var names = Encoding.UTF8.GetBytes(string.Join(", ", nested));
        headers[DroppedHeaders] = names.Length > MostNamesBytes ? names[..MostNamesBytes] : names;
    }

    // As deep as the levels allow, and no deeper.
    private static bool IsDeeper(object? value, int levels) => value switch
    {
        IDictionary<string, object?> table =>
            levels == 0 || table.Values.Any(entry => IsDeeper(entry, levels - 1)),
        System.Collections.IList list and not byte[] =>
            levels == 0 || list.Cast<object?>().Any(entry => IsDeeper(entry, levels - 1)),
        _ => false,
    };

    private static void Move(Dictionary<string, object?> headers, string header, string? value)
    {
        if (value is not null)
        {
            headers[header] = value;
        }
    }
}
