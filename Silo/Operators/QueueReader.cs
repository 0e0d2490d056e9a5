using Microsoft.Extensions.Options;
using Votes.DeadLetters;

namespace Votes.Silo.Operators;

/// <summary>Asks the broker for its queues, once for all who ask within a moment.</summary>
public sealed class QueueReader(IOptions<BrokerOptions> options, TimeProvider time) : IDisposable
{
    private const string NotConfigured =
        "This silo knows no broker: set RabbitMq:Uri (RabbitMq__Uri) to see its queues and dead letters here.";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    // The public's pages ask all the time: a new connection to the broker every few seconds is enough for them.
    private static readonly TimeSpan BacklogGoodFor = TimeSpan.FromSeconds(5);

    // The other figures do not wait for a broker that stands still.
    private static readonly TimeSpan BacklogLimit = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _backlogGate = new();
    private Task<QueuesView>? _backlog;
    private long _backlogAskedAt;
    private QueuesView? _last;
    private long _readAt;

    /// <summary>The queues as they were a second ago at most, or why they cannot be told.</summary>
    public Task<QueuesView> ReadAsync(CancellationToken cancellationToken) => ReadAsync(GoodFor, cancellationToken);

    /// <summary>The queues as they are after the call, or why they cannot be told.</summary>
    public Task<QueuesView> ReadNowAsync(CancellationToken cancellationToken) => ReadAsync(TimeSpan.Zero, cancellationToken);

    private async Task<QueuesView> ReadAsync(TimeSpan goodFor, CancellationToken cancellationToken)
    {
        if (options.Value.Address is not { } address)
        {
            return new QueuesView(false, NotConfigured, null, null);
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || goodFor == TimeSpan.Zero || time.GetElapsedTime(_readAt) > goodFor)
            {
                _last = await AskAsync(address, cancellationToken);
                _readAt = time.GetTimestamp();
            }

            return _last;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Votes that wait, as far as is known at once; null where it is not.</summary>
    public async Task<long?> BacklogAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await AskForBacklog().WaitAsync(BacklogLimit, time, cancellationToken)).Votes?.Ready;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Where the dead letters are.</summary>
    /// <exception cref="DeadLettersException">It is not configured.</exception>
    public BrokerAddress AddressOrThrow() =>
        options.Value.Address ?? throw new DeadLettersException(NotConfigured, isUnusable: true);

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>The last question, or a new one where it is answered and old. No caller's token: it is for all of them.</summary>
    private Task<QueuesView> AskForBacklog()
    {
        lock (_backlogGate)
        {
            if (_backlog is null || (_backlog.IsCompleted && time.GetElapsedTime(_backlogAskedAt) > BacklogGoodFor))
            {
                _backlogAskedAt = time.GetTimestamp();
                _backlog = ReadAsync(CancellationToken.None);
            }

            return _backlog;
        }
    }

    private async Task<QueuesView> AskAsync(BrokerAddress address, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var connection = await BrokerConnection.OpenAsync(address, either.Token);
            return new QueuesView(
                true,
                null,
                await DepthAsync(connection, address.Queue, either.Token),
                await DepthAsync(connection, address.DeadLetterQueue, either.Token));
        }
        catch (DeadLettersException exception)
        {
            return new QueuesView(true, exception.Message, null, null);
        }
        catch (Exception exception) when (BrokerConnection.IsOfTheBroker(exception)
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new QueuesView(true, $"The broker at {address.Shown} does not answer.", null, null);
        }
    }

    private static async Task<QueueView> DepthAsync(
        BrokerConnection connection, string queue, CancellationToken cancellationToken)
    {
        var (ready, consumers) = await connection.DepthAsync(queue, cancellationToken);
        return new QueueView(queue, ready, consumers);
    }
}
