using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Votes.Ingest.Configuration;

namespace Votes.Ingest.DeadLetters;

/// <summary>
/// Publishes dead letters and settles each once the broker has confirmed it. Has a connection of its own: a broker that
/// is short of memory or disk stops reading from connections that publish, and would stop reading acks. Letters wait
/// here while the broker is away; prefetch bounds how many.
/// </summary>
/// <remarks>
/// A letter may arrive twice: where its confirm is lost it is published again, and where its message's ack is lost the
/// message comes again. Both windows are one round trip to the broker; none of them loses a letter.
/// </remarks>
/// <param name="options">Names and limits.</param>
/// <param name="broker">Connects.</param>
/// <param name="metrics">Where letters are counted.</param>
/// <param name="time">The clock of the back-off.</param>
/// <param name="log">Tells when letters cannot be published.</param>
public sealed partial class DeadLetterPublisher(
    RabbitMqOptions options,
    Broker broker,
    IngestMetrics metrics,
    TimeProvider time,
    ILogger<DeadLetterPublisher> log)
{
    private const ushort PreconditionFailed = 406;
    private const ushort FrameError = 501;

    private readonly WaitingLetters _waiting = new();
    private readonly RefusedLetters _refused = new();
    private readonly Backoff _backoff = new(options.ReconnectMinDelay, options.ReconnectMaxDelay);
    private volatile bool _isConnected;
    private volatile bool _hasPublished;
    private volatile int _failures;
    private long _roundBegan = time.GetTimestamp();

    /// <summary>True while letters can be published.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>True while letters, and with them what was delivered behind them, wait for a broker that takes them.</summary>
    public bool IsHeldUp => !_isConnected || _failures > 0 || _refused.Held > 0;

    /// <summary>Takes a letter; returns at once.</summary>
    public void Add(DeadLetter letter) => _waiting.Add(letter);

    /// <summary>
    /// Publishes until asked to stop. A letter that waits then stays unacked: the broker delivers it again.
    /// </summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            IConnection? connection = null;
            try
            {
                connection = await broker.ConnectAsync("votes ingest dead letters", stop);
                await PublishAsync(connection, stop);
            }
            catch (Exception e)
            {
                if (!stop.IsCancellationRequested)
                {
                    Lost(e);
                }
            }

            _isConnected = false;
            if (connection is not null)
            {
                broker.Abandon(connection);
            }

            if (!stop.IsCancellationRequested)
            {
                var delay = _backoff.Delay(_failures, Random.Shared.NextDouble());
                await Task.Delay(delay, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task PublishAsync(IConnection connection, CancellationToken stop)
    {
        await broker.EnsureQueueAsync(connection, options.DeadLetterQueue, stop);
        var channel = await broker.CallAsync(
            token => connection.CreateChannelAsync(new CreateChannelOptions(true, true, null, 1), token), stop);
        _hasPublished = false;
        _isConnected = true;

        // Cancelled when the connection, the channel or the process ends; not disposed of, because its users may outlive it.
        var ended = new CancellationTokenSource();
        await using var stopping = stop.UnsafeRegister(_ => ended.Cancel(), null);
        connection.ConnectionShutdownAsync += (_, _) => ended.CancelAsync();
        channel.ChannelShutdownAsync += (_, _) => ended.CancelAsync();
        while (true)
        {
            BeginRoundIfDue();
            await PublishAloneAsync(channel, ended.Token);
            await PublishAllAsync(connection, channel, ended);
        }
    }

    /// <summary>
    /// The broker's limits seldom change: letters that are held are tried again now and then, all of them where the first
    /// are taken. A round goes on over the connections that refusals end.
    /// </summary>
    private void BeginRoundIfDue()
    {
        _refused.DropRetired();
        if (UntilRound() == TimeSpan.Zero)
        {
            _roundBegan = time.GetTimestamp();
            _refused.BeginRound();
        }

        metrics.DeadLettersHeld(_refused.Held);
    }

    private TimeSpan UntilRound()
    {
        var left = options.HeldLettersRetryPeriod - time.GetElapsedTime(_roundBegan);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Lost(Exception cause)
    {
        if (_isConnected && !_hasPublished)
        {
            // A connection that was lost idle says nothing of those before it.
            _failures = 0;
        }

        // Whatever it was, the letters are still here, and the only remedy is to try again.
        metrics.Error(cause);
        metrics.Reconnecting("dead_letters");
        if (_failures++ == 0)
        {
            LogLost(log, cause);
        }
    }

    /// <summary>Publishes letters under suspicion one by one, until one is refused or none is left.</summary>
    private async Task PublishAloneAsync(IChannel channel, CancellationToken ended)
    {
        while (_refused.TryGetNext(out var next))
        {
            var (letter, isBare) = next.Value;
            try
            {
                await PublishAsync(channel, letter, isBare, ended);
                _refused.Acquit();
            }
            catch (Exception e) when (IsRefused(e, channel))
            {
                // One suspect less: no reason to wait longer before the next.
                _failures = 0;
                if (_refused.Blame())
                {
                    var bytes = letter.Batch.Body(letter.Index).Length;
                    LogHeld(log, e, letter.Poison.Reason, bytes, options.HeldLettersRetryPeriod);
                }

                throw;
            }
            finally
            {
                metrics.DeadLettersHeld(_refused.Held);
            }
        }
    }

    /// <summary>As many loops as letters may be in flight; the first that fails ends them all.</summary>
    private async Task PublishAllAsync(IConnection connection, IChannel channel, CancellationTokenSource ended)
    {
        // Letters that are held are tried again alone, since a refusal ends the connection that it happens on. Those on
        // their way are let arrive first.
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        await using var timer = time.CreateTimer(
            _ => pause.Cancel(),
            null,
            _refused.Held > 0 ? UntilRound() : Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        var loops = Enumerable.Range(0, options.DeadLettersInFlight)
            .Select(_ => LoopAsync(channel, ended, pause.Token))
            .ToArray();
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var cause = loops.Select(loop => loop.Exception?.InnerException).FirstOrDefault(cause => cause is not null);
        if (cause is not null || ended.IsCancellationRequested)
        {
            throw cause
                ?? new IOException($"The connection was closed: {channel.CloseReason ?? connection.CloseReason}");
        }
    }

    private async Task LoopAsync(IChannel channel, CancellationTokenSource ended, CancellationToken pause)
    {
        try
        {
            while (true)
            {
                var letter = await _waiting.TakeAsync(pause);
                try
                {
                    await PublishAsync(channel, letter, isBare: false, ended.Token);
                }
                catch (Exception e)
                {
                    if (IsRefused(e, channel))
                    {
                        _refused.Suspect(letter);
                    }
                    else
                    {
                        _waiting.Add(letter);
                    }

                    throw;
                }
            }
        }
        catch (OperationCanceledException) when (pause.IsCancellationRequested && !ended.IsCancellationRequested)
        {
            // A pause: the others end by themselves.
        }
        catch
        {
            await ended.CancelAsync();
            throw;
        }
    }

    private async Task PublishAsync(IChannel channel, DeadLetter letter, bool isBare, CancellationToken ended)
    {
        var (batch, index, poison) = letter;
        if (batch.Generation.IsRetired)
        {
            // Its channel is lost: the message comes again.
            batch.Settle(1);
            return;
        }

        _hasPublished = true;
        var now = time.GetUtcNow();
        var properties = isBare
            ? DeadLetterProperties.CreateBare(poison, now)
            : DeadLetterProperties.Create(batch.Properties(index), poison, now);
        await broker.CallAsync(
            token => channel.BasicPublishAsync(
                "", options.DeadLetterQueue, mandatory: true, properties, batch.Body(index), token).AsTask(),
            ended);

        // Only this ends the back-off: a broker that lets itself be connected to may still refuse every letter.
        _failures = 0;
        metrics.DeadLettered(poison.Reason);
        batch.Settle(1);
    }

    /// <summary>Tells whether it may be the letter's own properties that keep it from being published.</summary>
    private static bool IsRefused(Exception cause, IChannel channel)
    {
        // Letters on their way learn that the channel has ended before they learn why: its own reason is asked as well.
        var reason = (cause as OperationInterruptedException)?.ShutdownReason ?? channel.CloseReason;
        return reason is { Initiator: ShutdownInitiator.Peer, ReplyCode: PreconditionFailed or FrameError }
            || IsOfTheLetter(cause);
    }

    /// <summary>What no broker and no network brings about, such as a text that cannot be serialized.</summary>
    private static bool IsOfTheLetter(Exception cause) =>
        cause is not (OperationCanceledException or TimeoutException or IOException or PublishException
            or OperationInterruptedException);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Dead letters cannot be published; they wait, with their messages unacked, and are published again.")]
    private static partial void LogLost(ILogger log, Exception cause);

    [LoggerMessage(Level = LogLevel.Error, Message =
        "The broker refuses a dead letter ({Reason}, {Bytes} bytes) even without its own properties. It is held, with its " +
        "message and those behind it unacked, and tried again every {Period}: see to the broker's limits.")]
    private static partial void LogHeld(ILogger log, Exception cause, string reason, int bytes, TimeSpan period);
}
