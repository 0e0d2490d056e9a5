using RabbitMQ.Client;

namespace Votes.Bench.Workers;

/// <summary>Deliver and ack, and nothing else: no consumer of this broker can be quicker with one connection.</summary>
internal static class AckOnlyWorker
{
    private const ushort Prefetch = 20_000;

    /// <summary>Drains the queue, reports, and stays until it is asked to stop.</summary>
    public static async Task RunAsync(WorkerSettings settings, CancellationToken cancellationToken)
    {
        await using var connection = await WorkerChannel.OpenAsync(settings.AmqpUrl, Prefetch, cancellationToken);
        var channel = connection.Channel;
        var consumer = new AckOnlyConsumer(
            channel, settings.ReadPlan().Votes, settings.WarmUp, TimeProvider.System);
        await channel.BasicConsumeAsync(settings.Queue, autoAck: false, consumer, cancellationToken);
        (await consumer.Done.WaitAsync(cancellationToken)).Write(settings.ReportFile);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }
}
