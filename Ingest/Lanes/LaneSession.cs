using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Votes.Ingest.Configuration;

namespace Votes.Ingest.Lanes;

/// <summary>
/// One connection of a lane from its first delivery to its loss: channel, consumer, ack loop and stall watch. Never
/// reconnects: its <see cref="Lane"/> opens the next one.
/// </summary>
internal sealed partial class LaneSession : IDisposable
{
    private const int LooksWithoutProgress = 2;
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    private readonly string _lane;
    private readonly RabbitMqOptions _options;
    private readonly Broker _broker;
    private readonly IngestMetrics _metrics;
    private readonly LaneMetrics _laneMetrics;
    private readonly Action<DeliveryBatch> _dispatch;
    private readonly Func<bool> _isHeldUp;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly Generation _generation;
    private readonly HeldBytes _bytes;
    private readonly RedeliveryWatch _redeliveries;
    private readonly int _prefetch;
    private readonly DeliveryIntake _intake;
    private readonly LaneConsumer _consumer;
    private readonly Channel<bool> _settled = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _consumerTag = "";
    private volatile bool _isDraining;
    private volatile bool _isClosing;

    private LaneSession(
        LaneParts parts, HeldBytes bytes, RedeliveryWatch redeliveries, IConnection connection, IChannel channel)
    {
        _bytes = bytes;
        _redeliveries = redeliveries;
        _prefetch = bytes.Prefetch;
        _lane = parts.Name;
        _options = parts.Options;
        _broker = parts.Broker;
        _metrics = parts.Metrics;
        _laneMetrics = parts.Metrics.Lane(parts.Name);
        _dispatch = parts.Dispatch;
        _isHeldUp = parts.IsHeldUp;
        _time = parts.Time;
        _log = parts.Log;
        _connection = connection;
        _channel = channel;
        _generation = new Generation(_prefetch, OnSettled, bytes);
        _intake = new DeliveryIntake(
            _generation,
            parts.CreateParser(),
            _options.DeliveryBatchMessages,
            _options.DeliveryBatchWait,
            HandOn,
            _time);
        _consumer = new LaneConsumer(channel, _intake, redeliveries, Lose);
    }

    /// <summary>Ends when the connection, the channel or the consumer is lost.</summary>
    public Task Lost => _lost.Task;

    /// <summary>How long ago the oldest message that is not settled was received; null: all are settled.</summary>
    public TimeSpan? Oldest => _generation.OldestReceivedAt is { } at ? _time.GetElapsedTime(at) : null;

    /// <summary>Connects, makes the queues where there are none, and starts to consume.</summary>
    public static async Task<LaneSession> OpenAsync(
        LaneParts parts, HeldBytes bytes, RedeliveryWatch redeliveries, CancellationToken cancellationToken)
    {
        var broker = parts.Broker;
        var options = parts.Options;
        var connection = await broker.ConnectConsumerAsync($"votes ingest {parts.Name}", cancellationToken);
        LaneSession? session = null;
        try
        {
            await broker.EnsureQueueAsync(connection, options.Queue, cancellationToken);

            // A refusal was logged when the queues were checked; votes may have another way into the queue.
            await VoteExchange.EnsureAsync(broker, connection, options, cancellationToken);
            var channel = await broker.CallAsync(
                token => connection.CreateChannelAsync(new CreateChannelOptions(false, false, null, 1), token),
                cancellationToken);
            session = new LaneSession(parts, bytes, redeliveries, connection, channel);
            await session.ConsumeAsync(cancellationToken);
            return session;
        }
        catch
        {
            if (session is null)
            {
                broker.Abandon(connection);
            }

            // It may hold deliveries already: they come again, so nothing of them may be sent or acked.
            session?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops consuming and waits until all that was delivered is durable and acked; what is not by then, the broker
    /// delivers to another process.
    /// </summary>
    /// <param name="timeout">How long to wait; the farewell to the broker may take a second more.</param>
    public async Task DrainAsync(TimeSpan timeout)
    {
        // One limit for all of it: the calls' own are longer than a process that is asked to stop is given.
        using var limit = new CancellationTokenSource(timeout + FarewellTime, _time);
        var answers = false;
        try
        {
            await _broker.CallAsync(token => _channel.BasicCancelAsync(_consumerTag, false, token), limit.Token);
            answers = true;
            await Task.WhenAny(_consumer.TookAll, _lost.Task).WaitAsync(timeout, _time, limit.Token);
            _intake.CloseOpen();
            _isDraining = true;
            _settled.Writer.TryWrite(true);
            await Task.WhenAny(_drained.Task, _lost.Task).WaitAsync(timeout, _time, limit.Token);
        }
        catch (Exception e)
        {
            LogNotDrained(_log, e, _lane, _generation.Unacked);
        }

        _isClosing = true;
        if (answers)
        {
            await CloseAsync(limit.Token);
        }

        Dispose();
    }

    /// <summary>Retires the generation and gives the connection up.</summary>
    public void Dispose()
    {
        _isClosing = true;
        _intake.Retire();
        _intake.Dispose();
        _ended.Cancel();
        _ended.Dispose();
        _settled.Writer.TryComplete();
        _broker.Abandon(_connection);
        _laneMetrics.Unacked(0, false);
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The farewell tells that the acks before it have arrived.
            await _broker.CloseAsync(_channel, cancellationToken);
        }
        catch (Exception e)
        {
            _metrics.Error(e);
        }
    }

    private async Task ConsumeAsync(CancellationToken cancellationToken)
    {
        _connection.ConnectionShutdownAsync += OnConnectionShutdownAsync;
        await _broker.CallAsync(
            token => _channel.BasicQosAsync(0, (ushort)_prefetch, false, token), cancellationToken);
        try
        {
            _consumerTag = await _broker.CallAsync(
                token => _channel.BasicConsumeAsync(
                    _options.Queue, false, "", false, false, arguments: null, _consumer, token),
                cancellationToken);
        }
        catch (TimeoutException)
        {
            _bytes.TakeFewer();
            throw;
        }

        // Both observe their own failures, which lose the session, and end with it.
        _ = AckAsync(_ended.Token);
        _ = WatchAsync(_ended.Token);
    }

    private async Task AckAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _settled.Reader.WaitToReadAsync(cancellationToken))
            {
                _settled.Reader.TryRead(out _);
                if (_generation.TryTakeAck(out var tag))
                {
                    await _broker.CallAsync(
                        token => _channel.BasicAckAsync(tag, multiple: true, token).AsTask(), cancellationToken);
                    _generation.Acked(tag);
                    _metrics.Acked();
                }

                _laneMetrics.Unacked(_generation.Unacked, _generation.HasBacklog);
                if (_isDraining && _generation.Unacked == 0)
                {
                    _drained.TrySetResult();
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Lose("an ack could not be sent", e);
        }
        catch (OperationCanceledException)
        {
            // The session has ended.
        }
    }

    /// <summary>
    /// A consumer can be lost without a word: the broker believes that it is there, and nothing is delivered to it. And what
    /// was delivered can be lost here, by a fault that nobody thought of: a new session gets it again.
    /// </summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(_options.StallCheckPeriod, _time);
            var watch = new StallWatch(LooksWithoutProgress);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                _redeliveries.Show();
                if (_bytes.TryRestore())
                {
                    Lose("its messages are small again; prefetch is restored", null);
                }

                var seen = _generation.LastDelivered;
                var verdict = watch.Look(seen, _generation.Unacked, _isHeldUp());
                if (verdict == StallVerdict.AskWhetherMessagesWait)
                {
                    var queue = await _broker.LookAtAsync(_connection, _options.Queue, cancellationToken);
                    verdict = _generation.LastDelivered == seen
                        ? StallWatch.Judge(queue?.MessageCount ?? 0, queue?.ConsumerCount ?? 0)
                        : StallVerdict.Fine;
                }

                switch (verdict)
                {
                    case StallVerdict.NotDelivered:
                        _bytes.TakeFewer();
                        Stalled($"nothing was delivered for {_options.StallCheckPeriod} although messages wait");
                        break;
                    case StallVerdict.NoConsumer:
                        Stalled("the queue has no consumer, and nobody was told");
                        break;
                    case StallVerdict.Stalled:
                        Stalled(
                            $"nothing became durable for {LooksWithoutProgress * _options.StallCheckPeriod} although "
                            + "neither grains nor the dead-letter queue are known to fail");
                        break;
                    default:
                        break;
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Lose("the broker does not answer", e);
        }
        catch (OperationCanceledException)
        {
            // The session has ended.
        }
    }

    private void HandOn(DeliveryBatch batch)
    {
        _laneMetrics.Unacked(_generation.Unacked, _generation.HasBacklog);
        _dispatch(batch);
    }

    private void OnSettled(DeliveryBatch batch)
    {
        _metrics.Settled(batch.Count, _time.GetElapsedTime(batch.ReceivedAt), _time.GetUtcNow());
        _settled.Writer.TryWrite(true);
    }
}
