using RabbitMQ.Client;
using Votes.Security.Amqp;

namespace Votes.Ingest.Lanes;

/// <summary>
/// Bounds the bytes that the messages of one lane hold here, those of its lost channels among them, by how many of them may
/// be unacked: prefetch counts messages, and a hostile publisher's can be a thousand times larger than a vote. Where the
/// bound is met the channel is given up, the broker takes its messages back, and the next one has a smaller prefetch.
/// Thread-safe.
/// </summary>
/// <param name="limit">The most bytes. One message may have more, alone.</param>
/// <param name="usualPrefetch">The prefetch of a lane whose messages are small.</param>
public sealed class HeldBytes(long limit, int usualPrefetch)
{
    private const int BytesOfAValue = 64;
    private const int FewerDivisor = 10;

    private readonly Lock _gate = new();
    private long _held;
    private long _largest;
    private int? _reduced;

    /// <summary>How many deliveries of the lane's next channel may be unacked.</summary>
    public int Prefetch
    {
        get
        {
            lock (_gate)
            {
                return _reduced ?? usualPrefetch;
            }
        }
    }

    /// <summary>The bytes that are held.</summary>
    public long Held
    {
        get
        {
            lock (_gate)
            {
                return _held;
            }
        }
    }

    /// <summary>Roughly what a message holds beside its body.</summary>
    public static long Weigh(IReadOnlyBasicProperties properties) =>
        properties.Headers is { Count: > 0 } headers ? Weigh(headers, HeaderGuard.MaxDepth) : 0;

    /// <summary>Adds what a message holds.</summary>
    /// <returns>False where that is too much; it is not added, and the prefetch is smaller.</returns>
    public bool TryHold(long bytes)
    {
        lock (_gate)
        {
            _largest = Math.Max(_largest, bytes);
            if (_held > 0 && _held + bytes > limit)
            {
                var half = Math.Max((_reduced ?? usualPrefetch) / 2, 1);
                _reduced = (int)Math.Clamp(limit / Math.Max(_largest, 1), 1, half);
                return false;
            }

            _held += bytes;
            return true;
        }
    }

    /// <summary>
    /// The broker did not come to deliver: where messages are large it reads as many of them as prefetch allows before it
    /// sends the first, and may not be done before it is given up. The next channel takes far fewer.
    /// </summary>
    public void TakeFewer()
    {
        lock (_gate)
        {
            _reduced = Math.Max((_reduced ?? usualPrefetch) / FewerDivisor, 1);
        }
    }

    /// <summary>Messages are let go of.</summary>
    public void LetGo(long bytes)
    {
        lock (_gate)
        {
            _held -= bytes;
        }
    }

    /// <summary>Asks, now and then, whether messages are small again.</summary>
    /// <returns>True where they are: the next channel has the usual prefetch again.</returns>
    public bool TryRestore()
    {
        lock (_gate)
        {
            // Where nothing came, nothing is known.
            var restores = _reduced is not null && _largest > 0 && _largest <= limit / usualPrefetch;
            _largest = 0;
            _reduced = restores ? null : _reduced;
            return restores;
        }
    }

    // Headers that were read through the guard have no more levels; any others are not followed further than that.
    private static long Weigh(object? value, int levels) => value switch
    {
        byte[] bytes => BytesOfAValue + bytes.Length,
        string text => BytesOfAValue + (2 * text.Length),
        BinaryTableValue { Bytes: { } bytes } => BytesOfAValue + bytes.Length,
        _ when levels == 0 => BytesOfAValue,
        IEnumerable<KeyValuePair<string, object?>> table => BytesOfAValue
            + table.Sum(entry => BytesOfAValue + (2 * entry.Key.Length) + Weigh(entry.Value, levels - 1)),
        System.Collections.IEnumerable list =>
            BytesOfAValue + list.Cast<object?>().Sum(entry => Weigh(entry, levels - 1)),
        _ => BytesOfAValue,
    };
}
