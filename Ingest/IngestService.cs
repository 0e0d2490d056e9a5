using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Votes.Ingest.Configuration;
using Votes.Ingest.DeadLetters;
using Votes.Ingest.Lanes;
using Votes.Ingest.Laws;
using Votes.Ingest.Messages;
using Votes.Ingest.Schema;
using Votes.Ingest.VoterKeys;
using Votes.Security;
using Votes.Telemetry.Clocks;

namespace Votes.Ingest;

/// <summary>
/// Takes votes from the queue to their laws' grains, from the check of the voter key to the last ack. Registered behind
/// the cluster client, so that it stops before it.
/// </summary>
public sealed partial class IngestService : BackgroundService
{
    private static readonly Backoff StartBackoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    private readonly RabbitMqOptions _rabbitMq;
    private readonly DispatchOptions _dispatch;
    private readonly ClusterOptions _cluster;
    private readonly VoterKey _voterKey;
    private readonly VoterKeyRegistry _voterKeys;
    private readonly KnownSchema _schema;
    private readonly ClockWatch _clock;
    private readonly RecordVotes _record;
    private readonly IngestMetrics _metrics;
    private readonly IngestState _state;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;
    private readonly ILogger<IngestService> _log;
    private VoterKeyForm _keyForm;

    /// <summary>Creates the service.</summary>
    public IngestService(
        RabbitMqOptions rabbitMq,
        DispatchOptions dispatch,
        ClusterOptions cluster,
        VoterKey voterKey,
        VoterKeyRegistry voterKeys,
        KnownSchema schema,
        ClockWatch clock,
        RecordVotes record,
        IngestMetrics metrics,
        IngestState state,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        ILoggerFactory logs)
    {
        _rabbitMq = rabbitMq;
        _dispatch = dispatch;
        _cluster = cluster;
        _voterKey = voterKey;
        _voterKeys = voterKeys;
        _schema = schema;
        _clock = clock;
        _record = record;
        _metrics = metrics;
        _state = state;
        _lifetime = lifetime;
        _time = time;
        _logs = logs;
        _log = logs.CreateLogger<IngestService>();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await CheckDatabaseAsync(stoppingToken);
            LogKeyForm(_log, _keyForm);
            await StartedAsync(stoppingToken);
            _state.HasCluster = true;
            await ConsumeAsync(stoppingToken);
        }
        catch (Exception e) when (e is VoterKeyMismatchException or UnknownSchemaException or ClockException
            or UnusableQueueException)
        {
            // What another process, or another configuration, has to mend: these say what.
            _state.Failure = e;
            LogRefused(_log, e.Message);
            _lifetime.StopApplication();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop before there was anything to consume.
        }
        catch (Exception e)
        {
            // The host logs it and stops; the process must not look as if it had been asked to.
            _state.Failure = e;
            throw;
        }
    }

    private Task CheckDatabaseAsync(CancellationToken stop) => UntilAnsweredAsync(
        async () =>
        {
            await _schema.CheckAsync(stop);
            await _clock.CheckAsync(stop);
            _keyForm = await _voterKeys.CheckAsync(_voterKey, stop);
        },
        // Not up yet, or its schema is not there yet: wait for whoever brings it.
        static cause => cause is NpgsqlException or TimeoutException,
        cause =>
        {
            var reason = DatabaseErrors.Tell(cause);
            LogNoDatabase(_log, cause, reason);
        },
        stop);

    /// <summary>Checks before anything is consumed that the queues are such that nothing is lost in them.</summary>
    private Task CheckQueuesAsync(Broker broker, CancellationToken stop) => UntilAnsweredAsync(
        async () =>
        {
            var connection = await broker.ConnectAsync("votes ingest check", stop);
            try
            {
                foreach (var queue in new[] { _rabbitMq.Queue, _rabbitMq.DeadLetterQueue })
                {
                    Warn(queue, await broker.EnsureQueueAsync(connection, queue, stop));
                }

                if (await VoteExchange.EnsureAsync(broker, connection, _rabbitMq, stop) is { } refused)
                {
                    LogNoExchange(_log, _rabbitMq.Exchange, _rabbitMq.Queue, refused);
                }
            }
            finally
            {
                broker.Abandon(connection);
            }
        },
        static cause => cause is not (UnusableQueueException or OperationCanceledException),
        cause => LogNoBroker(_log, cause),
        stop);

    private void Warn(string queue, QueueDifferences differences)
    {
        if (differences.MissingDeliveryLimit is { } missing)
        {
            LogNoDeliveryLimit(_log, queue, missing.BrokerSays);
        }

        if (differences.OwnDeliveryLimit is { } own)
        {
            LogDeliveryLimit(_log, queue, own.Current, own.BrokerSays);
        }

        foreach (var dropping in differences.Dropping)
        {
            LogMayDrop(_log, queue, dropping.Argument, dropping.BrokerSays);
        }
    }

    private async Task UntilAnsweredAsync(
        Func<Task> ask, Func<Exception, bool> isTransient, Action<Exception> tell, CancellationToken stop)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await ask();
                return;
            }
            catch (Exception e) when (isTransient(e) && !stop.IsCancellationRequested)
            {
                if (failures == 1)
                {
                    tell(e);
                }
            }

            await Task.Delay(StartBackoff.Delay(failures, Random.Shared.NextDouble()), _time, stop);
        }
    }

    /// <summary>Waits until the whole host is up: the cluster client is connected by then.</summary>
    private async Task StartedAsync(CancellationToken stop)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = _lifetime.ApplicationStarted.UnsafeRegister(
            static source => ((TaskCompletionSource)source!).TrySetResult(), started);
        await started.Task.WaitAsync(stop);
    }

    private async Task ConsumeAsync(CancellationToken stop)
    {
        var broker = new Broker(_rabbitMq, _time);
        await CheckQueuesAsync(broker, stop);
        var deadLetters = new DeadLetterPublisher(
            _rabbitMq, broker, _metrics, _time, _logs.CreateLogger<DeadLetterPublisher>());
        using var dispatcher = new VoteDispatcher(
            _record,
            deadLetters.Add,
            _dispatch,
            _metrics,
            _time,
            _logs.CreateLogger<VoteDispatcher>(),
            responseTimeout: _cluster.ResponseTimeout);
        var lanes = Enumerable.Range(0, _rabbitMq.Lanes)
            .Select(number => CreateLane(number, broker, dispatcher, deadLetters))
            .ToArray();
        _state.Watch(
            () => Array.TrueForAll(lanes, lane => lane.IsConsuming) && deadLetters.IsConnected, () => dispatcher.HeldUpBy);
        _state.WatchOldest(() => lanes.Max(static lane => lane.Oldest));

        // Dead letters end after the lanes: what the lanes hold may have to go there before it can be acked.
        using var lanesEnded = new CancellationTokenSource();
        var publishing = deadLetters.RunAsync(lanesEnded.Token);
        await Task.WhenAll(lanes.Select(lane => lane.RunAsync(_dispatch.DrainTimeout, stop)));
        await lanesEnded.CancelAsync();
        await publishing;
        LogStopped(_log);
    }

    private Lane CreateLane(
        int number, Broker broker, VoteDispatcher dispatcher, DeadLetterPublisher deadLetters) =>
        new(new LaneParts(
            $"lane {number}",
            _rabbitMq,
            broker,
            () => new VoteParser(_voterKey.CreateHasher(_keyForm, _metrics.VoterIdNormalized), _dispatch.CachedLaws),
            dispatcher.Dispatch,
            () => dispatcher.IsHeldUp || deadLetters.IsHeldUp,
            _metrics,
            _time,
            _logs.CreateLogger<Lane>()));

    [LoggerMessage(Level = LogLevel.Critical, Message = "This process does not start: {Why}")]
    private static partial void LogRefused(ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database's voter keys have the form {Form}.")]
    private static partial void LogKeyForm(ILogger log, VoterKeyForm form);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The database cannot be asked for its schema and voter key yet; nothing is consumed until it can. {Reason}")]
    private static partial void LogNoDatabase(ILogger log, Exception cause, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The broker cannot be asked for its queues yet; nothing is consumed until it can.")]
    private static partial void LogNoBroker(ILogger log, Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The queue {Queue} was not declared with x-delivery-limit -1. Unless a policy says so, RabbitMQ 4 drops a vote that was "
        + "delivered more than 20 times, and each lost connection counts: see docs/OPERATIONS.md. The broker says: {BrokerSays}")]
    private static partial void LogNoDeliveryLimit(ILogger log, string queue, string brokerSays);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The queue {Queue} was declared with x-delivery-limit {Limit}. A message that was delivered more often is dropped, or "
        + "goes to the dead-letter exchange that the queue may have, and is not counted; each lost connection of an Ingest counts "
        + "for all that it holds. See docs/OPERATIONS.md. The broker says: {BrokerSays}")]
    private static partial void LogDeliveryLimit(ILogger log, string queue, object? limit, string brokerSays);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The queue {Queue} was declared with {Argument}, by which the broker may drop what is in it before it was delivered: "
        + "such votes are not counted. See docs/OPERATIONS.md. The broker says: {BrokerSays}")]
    private static partial void LogMayDrop(ILogger log, string queue, string argument, string brokerSays);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The exchange {Exchange} could not be declared and bound to the queue {Queue}: votes that are published to it are not "
        + "counted unless it is bound otherwise. The broker says: {BrokerSays}")]
    private static partial void LogNoExchange(ILogger log, string exchange, string queue, string brokerSays);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped consuming; what was settled is acked.")]
    private static partial void LogStopped(ILogger log);
}
