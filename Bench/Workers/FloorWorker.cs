using RabbitMQ.Client;
using Votes.Grains.Store;

namespace Votes.Bench.Workers;

/// <summary>
/// The floor: one plain process that does what any design must do. It parses with the cluster's parser and writes with
/// the cluster's statements; the next batch is parsed while the last one is written.
/// </summary>
internal static class FloorWorker
{
    private const ushort Prefetch = 4 * FloorConsumer.BatchVotes;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Drains the queue until it is asked to stop.</summary>
    public static async Task RunAsync(WorkerSettings settings, CancellationToken cancellationToken)
    {
        await using var store = new PostgresTallyStore(settings.Database, lanes: 1, CommandTimeout);
        await using var connection = await WorkerChannel.OpenAsync(settings.AmqpUrl, Prefetch, cancellationToken);
        var channel = connection.Channel;
        var consumer = new FloorConsumer(channel, settings.CreateParser());
        await channel.BasicConsumeAsync(settings.Queue, autoAck: false, consumer, cancellationToken);
        while (true)
        {
            var batch = await NextAsync(consumer, cancellationToken);
            await store.WriteAsync(0, batch.Rows, cancellationToken);
            await channel.BasicAckAsync(batch.LastTag, multiple: true, cancellationToken);
            consumer.Return(batch);
        }
    }

    private static async Task<FloorBatch> NextAsync(FloorConsumer consumer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (consumer.Full.TryRead(out var full))
                return full;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Wait);
            try
            {
                return await consumer.Full.ReadAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing filled up: what is there goes as it is, and the queue's end is reached.
                if (consumer.TakeOpen() is { } open)
                    return open;
            }
        }
    }
}
