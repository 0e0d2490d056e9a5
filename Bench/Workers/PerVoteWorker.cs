using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Votes.Ingest.Messages;

namespace Votes.Bench.Workers;

/// <summary>What a simple worker does: takes a message, writes it in a transaction of its own, acks it.</summary>
internal static class PerVoteWorker
{
    private const ushort Prefetch = 100;

    private const string InsertAudit = """
        INSERT INTO vote_audit (law_id, voter, vote_id, choice, cast_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (law_id, voter) DO NOTHING
        """;

    private const string MoveTotal = """
        INSERT INTO vote_results AS r (law_id, choice, total) VALUES ($1, $2, 1)
        ON CONFLICT (law_id, choice) DO UPDATE
          SET total = r.total + 1, version = r.version + 1, updated_at = now()
        """;

    /// <summary>Drains the queue until it is asked to stop.</summary>
    public static async Task RunAsync(WorkerSettings settings, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(settings.Database);
        await using var connection = await WorkerChannel.OpenAsync(settings.AmqpUrl, Prefetch, cancellationToken);
        var channel = connection.Channel;
        var parser = settings.CreateParser();
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            try
            {
                await HandleAsync(database, channel, parser, delivery, cancellationToken);
            }
            catch (Exception exception)
            {
                // The client would swallow it, and the worker would stand still.
                failed.TrySetException(exception);
            }
        };
        await channel.BasicConsumeAsync(settings.Queue, autoAck: false, consumer, cancellationToken);
        await failed.Task.WaitAsync(cancellationToken);
    }

    private static async Task HandleAsync(
        NpgsqlDataSource database, IChannel channel, VoteParser parser, BasicDeliverEventArgs delivery,
        CancellationToken cancellationToken)
    {
        if (!parser.TryParse(delivery.Body.Span, 0, out var vote, out var poison))
            throw new BenchException($"a message cannot be parsed: {poison.Detail}");
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var cast = vote.Cast;
            await using var insert = new NpgsqlCommand(InsertAudit, connection, transaction)
            {
                Parameters =
                {
                    new() { Value = vote.LawId },
                    new() { Value = cast.Voter },
                    new() { Value = cast.VoteId },
                    new() { Value = cast.Choice },
                    new() { Value = DateTime.UnixEpoch.AddMicroseconds(cast.CastAtMicroseconds) },
                },
            };
            if (await insert.ExecuteNonQueryAsync(cancellationToken) == 1)
            {
                await using var move = new NpgsqlCommand(MoveTotal, connection, transaction)
                {
                    Parameters = { new() { Value = vote.LawId }, new() { Value = cast.Choice } },
                };
                await move.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancellationToken);
    }
}
