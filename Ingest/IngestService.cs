using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Votes.Ingest.Configuration;
using Votes.Ingest.DeadLetters;
using Votes.Ingest.Lanes;
using Votes.Ingest.Laws;
using Votes.Ingest.Messages;
using Votes.Ingest.VoterKeys;

namespace Votes.Ingest;

/// <summary>
/// Takes votes from the queue to their laws' grains, from the check of the voter key to the last ack. Registered behind
/// the cluster client, so that it stops before it.
/// </summary>
public sealed partial class IngestService : BackgroundService
{
    private static readonly Backoff DatabaseBackoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    private readonly RabbitMqOptions _rabbitMq;
    private readonly DispatchOptions _dispatch;
    private readonly VoterKey _voterKey;
    private readonly VoterKeyRegistry _voterKeys;
    private readonly RecordVotes _record;
    private readonly IngestMetrics _metrics;
    private readonly IngestState _state;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;
    private readonly ILogger<IngestService> _log;

    /// <summary>Creates the service.</summary>
    public IngestService(
        RabbitMqOptions rabbitMq,
        DispatchOptions dispatch,
        VoterKey voterKey,
        VoterKeyRegistry voterKeys,
        RecordVotes record,
        IngestMetrics metrics,
        IngestState state,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        ILoggerFactory logs)
    {
        _rabbitMq = rabbitMq;
        _dispatch = dispatch;
        _voterKey = voterKey;
        _voterKeys = voterKeys;
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
            await CheckVoterKeyAsync(stoppingToken);
            await StartedAsync(stoppingToken);
            _state.HasCluster = true;
            await ConsumeAsync(stoppingToken);
        }
        catch (VoterKeyMismatchException e)
        {
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

    private async Task CheckVoterKeyAsync(CancellationToken stop)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await _voterKeys.CheckAsync(_voterKey, stop);
                return;
            }
            catch (NpgsqlException e)
            {
                // Not up yet, or its schema is not there yet: wait for whoever brings it.
                if (failures == 1)
                {
                    LogNoDatabase(_log, e);
                }
            }

            await Task.Delay(DatabaseBackoff.Delay(failures, Random.Shared.NextDouble()), _time, stop);
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
        var deadLetters = new DeadLetterPublisher(
            _rabbitMq, broker, _metrics, _time, _logs.CreateLogger<DeadLetterPublisher>());
        using var dispatcher = new VoteDispatcher(
            _record, deadLetters.Add, _dispatch, _metrics, _time, _logs.CreateLogger<VoteDispatcher>());
        var lanes = Enumerable.Range(0, _rabbitMq.Lanes)
            .Select(number => CreateLane(number, broker, dispatcher))
            .ToArray();
        _state.Watch(() => Array.TrueForAll(lanes, lane => lane.IsConsuming) && deadLetters.IsConnected);

        // Dead letters end after the lanes: what the lanes hold may have to go there before it can be acked.
        using var lanesEnded = new CancellationTokenSource();
        var publishing = deadLetters.RunAsync(lanesEnded.Token);
        await Task.WhenAll(lanes.Select(lane => lane.RunAsync(_dispatch.DrainTimeout, stop)));
        await lanesEnded.CancelAsync();
        await publishing;
        LogStopped(_log);
    }

    private Lane CreateLane(int number, Broker broker, VoteDispatcher dispatcher) =>
        new(new LaneParts(
            $"lane {number}",
            _rabbitMq,
            broker,
            () => new VoteParser(_voterKey.CreateHasher(), _dispatch.CachedLaws),
            dispatcher.Dispatch,
            _metrics,
            _time,
            _logs.CreateLogger<Lane>()));

    [LoggerMessage(Level = LogLevel.Critical, Message = "This process does not start: {Why}")]
    private static partial void LogRefused(ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The database cannot be asked for its voter key yet; nothing is consumed until it can.")]
    private static partial void LogNoDatabase(ILogger log, Exception cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped consuming; what was settled is acked.")]
    private static partial void LogStopped(ILogger log);
}
