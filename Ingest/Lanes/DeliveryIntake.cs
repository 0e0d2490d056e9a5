using RabbitMQ.Client;
using Votes.Ingest.Messages;

namespace Votes.Ingest.Lanes;

/// <summary>
/// Forms delivery batches of one channel: a batch is handed on when it is full, or when its wait ends, in the order of the
/// deliveries. Owns the open batch and the parser, under one lock that only the wait's timer contends for.
/// </summary>
public sealed class DeliveryIntake : IDisposable
{
    private readonly Generation _generation;
    private readonly VoteParser _parser;
    private readonly int _batchMessages;
    private readonly TimeSpan _wait;
    private readonly Action<DeliveryBatch> _handOn;
    private readonly TimeProvider _time;
    private readonly ITimer _waitTimer;
    private readonly Lock _gate = new();

    // Held from when a batch is taken until it is handed on, and always before the other one: the timer must not be overtaken
    // with a batch in its hand.
    private readonly Lock _order = new();
    private DeliveryBatch? _open;

    /// <summary>Creates the intake.</summary>
    /// <param name="generation">What the channel delivered.</param>
    /// <param name="parser">Reads messages; used by this intake alone.</param>
    /// <param name="batchMessages">How many messages make a full batch.</param>
    /// <param name="wait">How long a batch waits to be full, from its first message on.</param>
    /// <param name="handOn">Takes closed batches; must not block.</param>
    /// <param name="time">The clock of the wait.</param>
    public DeliveryIntake(
        Generation generation,
        VoteParser parser,
        int batchMessages,
        TimeSpan wait,
        Action<DeliveryBatch> handOn,
        TimeProvider time)
    {
        _generation = generation;
        _parser = parser;
        _batchMessages = batchMessages;
        _wait = wait;
        _handOn = handOn;
        _time = time;
        _waitTimer = time.CreateTimer(_ => CloseOpen(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes one delivery. Neither the properties' owner nor the body need outlive the call.</summary>
    /// <returns>
    /// False where the lane would hold too many bytes with it: it was not taken, and the channel is to be lost.
    /// </returns>
    public bool Add(ulong tag, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        bool isFull;
        lock (_gate)
        {
            if (_generation.IsRetired)
            {
                return true;
            }

            var held = body.Length + HeldBytes.Weigh(properties);
            if (!_generation.TryHold(held))
            {
                return false;
            }

            _generation.Delivered(tag);
            if (_open is null)
            {
                _open = new DeliveryBatch(_generation, _batchMessages, _time.GetTimestamp());
                _waitTimer.Change(_wait, Timeout.InfiniteTimeSpan);
            }

            _open.Holds(held);
            if (_parser.TryParse(body, NowMicroseconds(), out var vote, out var poison))
            {
                _open.Add(tag, properties, body, vote);
            }
            else
            {
                _open.Add(tag, properties, body, poison);
            }

            isFull = _open.IsFull;
        }

        if (isFull)
        {
            CloseOpen();
        }

        return true;
    }

    /// <summary>Hands on the open batch as it is.</summary>
    public void CloseOpen()
    {
        lock (_order)
        {
            DeliveryBatch? batch;
            lock (_gate)
            {
                batch = TakeOpen();
            }

            if (batch is not null)
            {
                _handOn(batch);
            }
        }
    }

    /// <summary>Retires the generation and drops the open batch: the broker delivers its messages again.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _generation.Retire();
            _open?.Release();
            _open = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _waitTimer.Dispose();

    // The timer of a batch that was closed full keeps running: the next batch sets it anew, and without one there is
    // nothing to close.
    private DeliveryBatch? TakeOpen()
    {
        var batch = _open;
        _open = null;
        batch?.Close();
        return batch;
    }

    private long NowMicroseconds() =>
        (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
