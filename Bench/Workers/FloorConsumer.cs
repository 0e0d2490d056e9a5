using System.Threading.Channels;
using RabbitMQ.Client;
using Votes.Ingest.Messages;

namespace Votes.Bench.Workers;

/// <summary>
/// Parses deliveries in the client's callback, from the bytes where they lie, and gathers them into batches. Owns the
/// open batch, under a lock that the writer takes only when there is little to do.
/// </summary>
internal sealed class FloorConsumer(IChannel channel, VoteParser parser) : AsyncDefaultBasicConsumer(channel)
{
    /// <summary>Votes in a full transaction.</summary>
    public const int BatchVotes = 5_000;

    // Prefetch bounds how much is in here.
    private readonly Channel<FloorBatch> _full = System.Threading.Channels.Channel.CreateUnbounded<FloorBatch>();
    private readonly Queue<FloorBatch> _free = new();
    private readonly Lock _gate = new();
    private FloorBatch? _open;

    /// <summary>Full batches; fails where a message cannot be parsed.</summary>
    public ChannelReader<FloorBatch> Full => _full.Reader;

    /// <summary>The open batch as it is; null where it is empty.</summary>
    public FloorBatch? TakeOpen()
    {
        lock (_gate)
        {
            // A batch that was filled meanwhile goes first.
            if (_full.Reader.TryRead(out var full))
                return full;
            var open = _open;
            _open = null;
            return open;
        }
    }

    /// <summary>Gives a written batch back, to be filled again.</summary>
    public void Return(FloorBatch batch)
    {
        batch.Rows.Clear();
        lock (_gate)
            _free.Enqueue(batch);
    }

    /// <inheritdoc/>
    public override Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (!parser.TryParse(body.Span, 0, out var vote, out var poison))
            {
                _full.Writer.TryComplete(new BenchException($"a message cannot be parsed: {poison.Detail}"));
                return Task.CompletedTask;
            }

            var open = _open ??= _free.TryDequeue(out var free) ? free : new FloorBatch();
            open.Rows.Add(vote.LawId, vote.Cast);
            open.LastTag = deliveryTag;
            if (open.Rows.Count == BatchVotes)
            {
                _full.Writer.TryWrite(open);
                _open = null;
            }
        }

        return Task.CompletedTask;
    }
}
