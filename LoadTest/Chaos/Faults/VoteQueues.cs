using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Votes.Ingest;
using Votes.LocalCluster;
using Votes.Security.Amqp;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>The cluster's two queues, seen from the broker's side.</summary>
internal sealed class VoteQueues(RabbitMqServer server, Endpoints endpoints)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DeclareLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until both queues are there, and makes sure that a crash of the broker does not lose them.</summary>
    /// <exception cref="ClusterException">They were not there in time, or are not durable quorum queues.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var queue in new[] { endpoints.Queue, endpoints.DeadLetterQueue })
            await WaitForAsync(queue, cancellationToken);
        var list = await server.ControlAsync(
            ["list_queues", "--no-table-headers", "name", "type", "durable"], cancellationToken);
        foreach (var queue in new[] { endpoints.Queue, endpoints.DeadLetterQueue })
        {
            if (!list.Split('\n').Select(line => line.Trim()).Contains($"{queue}\tquorum\ttrue", StringComparer.Ordinal))
                throw new ClusterException($"Queue {queue} is not a durable quorum queue; the broker lists:\n{list}");
        }

        await WriteDownAsync(cancellationToken);
    }

    /// <summary>
    /// Removes the queue that votes arrive on, which must be empty, and sees to it that it is there again. Returns how
    /// many consumers it had.
    /// </summary>
    /// <exception cref="ClusterException">There are messages in it.</exception>
    public async Task<long> DeleteAndDeclareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Factory().CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var consumers = await channel.ConsumerCountAsync(endpoints.Queue, cancellationToken);
        // The broker knows no "delete if empty" for quorum queues: whoever calls this has seen to it that nothing is
        // under way.
        var deleted = await channel.QueueDeleteAsync(
            endpoints.Queue, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
        if (deleted != 0)
            throw new ClusterException($"Queue {endpoints.Queue} was deleted with {deleted} messages in it.");
        // A queue that is back at once is taken for the one before, and its consumers are forgotten without a word; an
        // Ingest that is told declares it itself. Where none does, this one's arguments are the same.
        await AppearsAsync(endpoints.Queue, DeclareLimit, cancellationToken);
        await channel.QueueDeclareAsync(
            endpoints.Queue, durable: true, exclusive: false, autoDelete: false,
            QueueArguments.For(connection, "quorum"), cancellationToken: cancellationToken);
        await channel.QueueBindAsync(
            endpoints.Queue, Endpoints.VotesExchange, endpoints.Queue, cancellationToken: cancellationToken);
        await WriteDownAsync(cancellationToken);
        return consumers;
    }

    /// <summary>Publishes a body once under each of the headers, to a queue.</summary>
    public async Task PublishRawAsync(
        string queue, IReadOnlyList<HostileHeaders> headers, byte[] body, CancellationToken cancellationToken)
    {
        await using var connection = await Factory().CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var each in headers)
            await channel.BasicPublishAsync("", queue, mandatory: true, each, body, cancellationToken);
        // The answer to this says that the broker has taken them.
        await channel.CloseAsync(cancellationToken);
    }

    /// <summary>Takes the dead letters with a body out of their queue; the others stay. Returns how many there were.</summary>
    public async Task<int> RemoveDeadLettersAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await using var connection = await Factory().CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var removed = 0;
        while (await channel.BasicGetAsync(endpoints.DeadLetterQueue, autoAck: false, cancellationToken) is { } letter)
        {
            if (!letter.Body.Span.SequenceEqual(body.Span))
                continue;
            await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, cancellationToken);
            removed++;
        }

        // Gives the others back, which were not acked.
        await channel.CloseAsync(cancellationToken);
        return removed;
    }

    /// <summary>Messages in the queue that votes arrive on, ready or unacked, as the broker's own list tells.</summary>
    public async Task<long> MessagesAsync(CancellationToken cancellationToken)
    {
        var list = await server.ControlAsync(
            ["list_queues", "--no-table-headers", "name", "messages"], cancellationToken);
        var row = list.Split('\n').Select(line => line.Trim().Split('\t'))
            .FirstOrDefault(fields => fields is [var name, _] && string.Equals(name, endpoints.Queue, StringComparison.Ordinal));
        return row is null ? 0 : long.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    // RabbitMQ 3.10 writes down that a quorum queue exists within half a second; one that is killed before never finds
    // the queue again. A broker that keeps this elsewhere has no such tables, and nothing to do.
    private async Task WriteDownAsync(CancellationToken cancellationToken)
    {
        string[] sync = ["eval", "[dets:sync(Table) || Table <- dets:all()]."];
        try
        {
            await server.ControlAsync(sync, cancellationToken);
        }
        catch (ClusterException)
        {
            // On a machine with much else to do, rabbitmqctl was seen not to end. Once more, then it is an error.
            await server.ControlAsync(sync, cancellationToken);
        }
    }

    private async Task WaitForAsync(string queue, CancellationToken cancellationToken)
    {
        if (!await AppearsAsync(queue, Limit, cancellationToken))
            throw new ClusterException($"No Ingest declared queue {queue} within {Limit.TotalSeconds:0} seconds.");
    }

    private async Task<bool> AppearsAsync(string queue, TimeSpan limit, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        for (var start = clock.GetTimestamp(); !await ExistsAsync(queue, cancellationToken);)
        {
            if (clock.GetElapsedTime(start) > limit)
                return false;
            await Task.Delay(PollInterval, clock, cancellationToken);
        }

        return true;
    }

    private async Task<bool> ExistsAsync(string queue, CancellationToken cancellationToken)
    {
        await using var connection = await Factory().CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException)
        {
            return false;
        }
    }

    private ConnectionFactory Factory()
    {
        var factory = BrokerFactory.Create(server.Uri(), endpoints.AmqpCaFile, "AMQP_CA_FILE");
        factory.ClientProvidedName = "chaos drill";
        factory.ContinuationTimeout = Limit;
        return factory;
    }
}
