using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Votes.LoadTest.Publishing;

/// <summary>One connection and channel of a publisher, with the messages that wait for its confirms.</summary>
internal sealed class LaneConnection : IAsyncDisposable
{
    // A timer set per message would cost more than the message; the limit is only ever late by this many sends.
    private const int SendsPerTimerReset = 64;

    private static readonly BasicProperties Persistent = new() { DeliveryMode = DeliveryModes.Persistent };

    private readonly Broker _broker;
    private readonly PublishCounters _counters;
    private readonly TimeSpan _timeout;
    private readonly CachedString _exchange;
    private readonly CachedString _queue;
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly CancellationTokenSource _limit;
    private int _sends;
    private volatile string? _returned;

    private LaneConnection(
        Broker broker, PublishCounters counters, LoadSettings settings, string exchange, string queue,
        IConnection connection, IChannel channel, ulong firstSequenceNumber, CancellationToken cancellationToken)
    {
        _broker = broker;
        _counters = counters;
        _timeout = settings.BrokerTimeout;
        _exchange = new(exchange);
        _queue = new(queue);
        _connection = connection;
        _channel = channel;
        _limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Window = new(settings.Window, firstSequenceNumber);
        channel.BasicAcksAsync += OnAckAsync;
        channel.BasicNacksAsync += OnNackAsync;
        channel.BasicReturnAsync += OnReturnAsync;
    }

    /// <summary>What is sent and not confirmed.</summary>
    public ConfirmWindow Window { get; }

    public static async Task<LaneConnection> OpenAsync(
        Broker broker, PublishCounters counters, LoadSettings settings, Endpoints endpoints, string name,
        CancellationToken cancellationToken)
    {
        var connection = await broker.ConnectAsync(name, cancellationToken);
        try
        {
            using var limit = broker.Limit(cancellationToken);
            var queue = endpoints.Queue;
            var exchange = endpoints.Exchange
                ?? (await Broker.HasVotesExchangeAsync(connection, limit.Token) ? Endpoints.VotesExchange : "");
            var options = new CreateChannelOptions(
                publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
            var channel = await connection.CreateChannelAsync(options, limit.Token).WaitAsync(limit.Token);
            await channel.QueueDeclarePassiveAsync(queue, limit.Token).WaitAsync(limit.Token);
            var first = await channel.GetNextPublishSequenceNumberAsync(limit.Token).AsTask().WaitAsync(limit.Token);
            return new(broker, counters, settings, exchange, queue, connection, channel, first, cancellationToken);
        }
        catch
        {
            await broker.CloseAsync(connection);
            throw;
        }
    }

    /// <summary>Sends one message and notes it as unconfirmed. The window must have room.</summary>
    /// <param name="message">Which one.</param>
    /// <param name="body">Its body.</param>
    /// <param name="traceparent">Its header for a trace; null for none.</param>
    public async ValueTask SendAsync(Unconfirmed message, ReadOnlyMemory<byte> body, string? traceparent)
    {
        if (_sends++ % SendsPerTimerReset == 0)
            _limit.CancelAfter(_timeout);
        Window.Add(message);
        var properties = traceparent is null ? Persistent : Traced(traceparent);
        await _channel.BasicPublishAsync(_exchange, _queue, mandatory: true, properties, body, _limit.Token);
        ThrowIfReturned();
    }

    /// <summary>Nothing is being sent: the limit on sends rests until the next one.</summary>
    public void Idle()
    {
        _limit.CancelAfter(Timeout.InfiniteTimeSpan);
        _sends = 0;
    }

    /// <summary>Waits until at most this many messages are open, as long as confirms keep coming.</summary>
    /// <exception cref="TimeoutException">No confirm came within the broker's time limit.</exception>
    public async Task WaitForConfirmsAsync(int limit, TimeProvider time, CancellationToken cancellationToken)
    {
        Idle();
        while (true)
        {
            var confirmed = _counters.Confirmed;
            try
            {
                await Window.WhenAtMostAsync(limit).WaitAsync(_timeout, time, cancellationToken);
                ThrowIfReturned();
                return;
            }
            catch (TimeoutException) when (_connection.IsOpen && _counters.Confirmed > confirmed)
            {
                // Slow, not stuck.
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _channel.BasicAcksAsync -= OnAckAsync;
        _channel.BasicNacksAsync -= OnNackAsync;
        _channel.BasicReturnAsync -= OnReturnAsync;
        await _broker.CloseAsync(_connection);
        _limit.Dispose();
    }

    private static BasicProperties Traced(string traceparent) => new()
    {
        DeliveryMode = DeliveryModes.Persistent,
        Headers = new Dictionary<string, object?> { ["traceparent"] = traceparent },
    };

    private Task OnAckAsync(object sender, BasicAckEventArgs ack)
    {
        _counters.AddConfirmed(Window.Confirm(ack.DeliveryTag, ack.Multiple));
        return Task.CompletedTask;
    }

    private Task OnNackAsync(object sender, BasicNackEventArgs nack)
    {
        _counters.AddNacked(Window.Refuse(nack.DeliveryTag, nack.Multiple));
        return Task.CompletedTask;
    }

    private Task OnReturnAsync(object sender, BasicReturnEventArgs returned)
    {
        _returned = returned.ReplyText;
        return Task.CompletedTask;
    }

    private void ThrowIfReturned()
    {
        if (_returned is { } reason)
            throw new LoadFailedException(
                $"the broker at {_broker.Address} returned messages for queue {_queue.Value}: {reason}");
    }
}
