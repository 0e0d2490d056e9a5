using RabbitMQ.Client;

namespace Votes.DeadLetters;

/// <summary>The headers that dead letters carry, and the properties of the copies that are made of them. Pure.</summary>
public static class LetterHeaders
{
    /// <summary>The header with the code of the reason.</summary>
    public const string Reason = "x-votes-reason";

    /// <summary>The header with the offending field.</summary>
    public const string Field = "x-votes-field";

    /// <summary>The header with a sentence on the reason.</summary>
    public const string Detail = "x-votes-detail";

    /// <summary>The header with the time at which the letter was written, where it has one.</summary>
    public const string At = "x-votes-at";

    /// <summary>The header with the number of times that the message was replayed.</summary>
    public const string Replays = "x-votes-replays";

    /// <summary>The header with the names of the headers that were left out because they nest too deep.</summary>
    public const string DroppedHeaders = "x-votes-dropped-headers";

    /// <summary>The header that keeps the priority of a letter that was looked at.</summary>
    public const string Priority = "x-votes-priority";

    // The broker sends copies to the queues that the first two name. It, and the client that publishes, write the others
    // anew each time.
    private static readonly string[] OfTheTransport =
        ["CC", "BCC", "x-delivery-count", "x-acquired-count", "x-dotnet-pub-seq-no"];

    private static readonly string[] OfTheRejection = [Reason, Field, Detail, At, DroppedHeaders, Priority, Replays];

    /// <summary>The properties under which a letter goes back to the end of the dead-letter queue.</summary>
    public static BasicProperties ToPutBack(IReadOnlyBasicProperties letter)
    {
        var (properties, headers) = Copy(letter);

        // A quorum queue of RabbitMQ 4 hands out high priorities first: letters that were just put back would come again
        // before others were looked at once.
        if (letter.IsPriorityPresent())
            headers[Priority] = (int)letter.Priority;
        properties.ClearPriority();
        return properties;
    }

    /// <summary>
    /// The properties under which the message goes back to the queue that votes are counted from: as it came, with
    /// nothing of its rejection, but with the number of its replays.
    /// </summary>
    public static BasicProperties ToReplay(IReadOnlyBasicProperties letter)
    {
        var (properties, headers) = Copy(letter);
        if (headers.TryGetValue(Priority, out var kept) && NumberOf(kept) is >= 0 and <= byte.MaxValue)
            properties.Priority = (byte)NumberOf(kept);
        foreach (var name in headers.Keys.Where(IsOfAnotherLife).ToList())
            headers.Remove(name);
        headers[Replays] = Math.Min(ReplaysOf(letter), int.MaxValue - 1) + 1;
        return properties;
    }

    /// <summary>How often the message was replayed already.</summary>
    public static int ReplaysOf(IReadOnlyBasicProperties letter) =>
        letter.Headers is { } headers && headers.TryGetValue(Replays, out var value)
            ? (int)Math.Clamp(NumberOf(value), 0, int.MaxValue)
            : 0;

    private static long NumberOf(object? value) => value switch
    {
        int number => number,
        long number => number,
        short number => number,
        byte number => number,
        _ => -1,
    };

    // What the broker notes when it dead-letters by itself could make it drop the message as a loop later.
    private static bool IsOfAnotherLife(string name) =>
        OfTheRejection.Contains(name) || name == "x-death" || name.StartsWith("x-first-death-", StringComparison.Ordinal)
        || name.StartsWith("x-last-death-", StringComparison.Ordinal);

    private static (BasicProperties Properties, Dictionary<string, object?> Headers) Copy(IReadOnlyBasicProperties letter)
    {
        var headers = letter.Headers is null ? [] : new Dictionary<string, object?>(letter.Headers);
        foreach (var name in OfTheTransport)
            headers.Remove(name);

        // An expiration would make a vote vanish, and the broker refuses messages in another user's name.
        var properties = new BasicProperties(letter) { Headers = headers, Persistent = true };
        properties.ClearExpiration();
        properties.ClearUserId();
        return (properties, headers);
    }
}
