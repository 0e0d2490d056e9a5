using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;
using RabbitMQ.Client;
using Votes.Grains.Interfaces;
using Votes.Ingest;
using Votes.Ingest.Configuration;
using Votes.Ingest.DeadLetters;
using Votes.Ingest.Lanes;
using Votes.Ingest.Laws;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>
/// A queue of its own on a real RabbitMQ, and lanes that consume it into grains that the test answers for.
/// </summary>
internal sealed class QueueFixture : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _lanesStop = new();
    private readonly CancellationTokenSource _lettersStop = new();
    private readonly ConnectionFactory _factory;
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly DeadLetterPublisher _letters;
    private readonly VoteDispatcher _dispatcher;
    private readonly Lane[] _lanes;
    private Task _running = Task.CompletedTask;
    private Task _publishing = Task.CompletedTask;
    private IConnection? _connection;

    /// <summary>Makes it ready; nothing is consumed before <see cref="Start"/>.</summary>
    /// <param name="broker">A virtual host of RabbitMQ.</param>
    /// <param name="record">Answers for the grains.</param>
    /// <param name="change">Changes the options.</param>
    /// <param name="handedOn">Called in the client's callback for deliveries, after each batch that was handed on.</param>
    public QueueFixture(
        Uri broker,
        RecordVotes record,
        Func<RabbitMqOptions, RabbitMqOptions>? change = null,
        Action? handedOn = null)
    {
        _factory = new ConnectionFactory { Uri = broker };
        var queue = $"votes.test.{Guid.NewGuid():N}";
        Options = new RabbitMqOptions
        {
            Uri = broker.AbsoluteUri,
            Queue = queue,
            DeadLetterQueue = queue + ".dead",
            Lanes = 1,
            QueueType = "classic",
            ReconnectMinDelay = TimeSpan.FromMilliseconds(10),
            ReconnectMaxDelay = TimeSpan.FromMilliseconds(100),
            CallTimeout = TimeSpan.FromSeconds(2),
        };
        Options = change?.Invoke(Options) ?? Options;
        var metrics = new IngestMetrics(Metrics.WithCustomRegistry(_registry));
        var connections = new Broker(Options, TimeProvider.System);
        _letters = new DeadLetterPublisher(
            Options, connections, metrics, TimeProvider.System, NullLogger<DeadLetterPublisher>.Instance);
        _dispatcher = new VoteDispatcher(
            record,
            _letters.Add,
            new DispatchOptions { CallsInFlightPerLaw = 2, RetryMinDelay = TimeSpan.FromMilliseconds(1) },
            metrics,
            TimeProvider.System,
            NullLogger<VoteDispatcher>.Instance);
        _lanes = [.. Enumerable.Range(0, Options.Lanes).Select(number => new Lane(new LaneParts(
            $"lane {number}",
            Options,
            connections,
            Message.Parser,
            batch =>
            {
                _dispatcher.Dispatch(batch);
                handedOn?.Invoke();
            },
            () => _dispatcher.IsHeldUp || _letters.IsHeldUp,
            metrics,
            TimeProvider.System,
            NullLogger.Instance)))];
    }

    public RabbitMqOptions Options { get; }

    public IChannel Channel { get; private set; } = null!;

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>
    /// Ends when the condition holds; a question to the broker paces it, and a bound ends a test that hangs.
    /// </summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Patience);
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Channel.BasicQosAsync(0, 0, false, limit.Token);
        }
    }

    public async Task ConnectAsync()
    {
        _connection = await _factory.CreateConnectionAsync(Cancelled);
        Channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancelled);
    }

    /// <summary>A channel without confirms, for what the client library must not write headers of its own into.</summary>
    public Task<IChannel> OpenChannelAsync() => _connection!.CreateChannelAsync(cancellationToken: Cancelled);

    public async Task DeclareAsync()
    {
        var arguments = QueueArguments.For(_connection!, Options.QueueType);
        foreach (var queue in new[] { Options.Queue, Options.DeadLetterQueue })
        {
            await Channel.QueueDeclareAsync(queue, true, false, false, arguments, cancellationToken: Cancelled);
        }
    }

    public void Start(TimeSpan? drainTimeout = null)
    {
        _publishing = _letters.RunAsync(_lettersStop.Token);
        _running = Task.WhenAll(_lanes.Select(lane => lane.RunAsync(drainTimeout ?? Patience, _lanesStop.Token)));
    }

    public Task ConsumingAsync() => UntilAsync(() =>
        Task.FromResult(_letters.IsConnected && Array.TrueForAll(_lanes, lane => lane.IsConsuming)));

    public async Task StopAsync()
    {
        await _lanesStop.CancelAsync();
        await _running;
        await _lettersStop.CancelAsync();
        await _publishing;
    }

    public async Task PublishAsync(byte[] body, BasicProperties? properties = null) =>
        await Channel.BasicPublishAsync("", Options.Queue, true, properties ?? new BasicProperties(), body, Cancelled);

    /// <summary>Publishes votes on a few laws, each with an id of its own, and returns the ids.</summary>
    public async Task<List<Guid>> PublishVotesAsync(int votes)
    {
        var ids = Enumerable.Range(0, votes).Select(_ => Guid.NewGuid()).ToList();
        await Task.WhenAll(ids.Select((id, index) => PublishAsync(Message.Bytes($"law-{index % 7}", voteId: id))));
        return ids;
    }

    /// <summary>Messages that wait in the queue; those delivered and unacked are not among them.</summary>
    public Task<uint> ReadyAsync() => Channel.MessageCountAsync(Options.Queue, Cancelled);

    public async Task<List<BasicGetResult>> DeadLettersAsync(int expected)
    {
        var letters = new List<BasicGetResult>();
        await UntilAsync(async () =>
        {
            while (await Channel.BasicGetAsync(Options.DeadLetterQueue, autoAck: true, Cancelled) is { } letter)
            {
                letters.Add(letter);
            }

            return letters.Count >= expected;
        });
        return letters;
    }

    /// <summary>The value of a metric; 0 where it was never touched.</summary>
    public async Task<double> MetricAsync(string name)
    {
        using var text = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(text, Cancelled);
        var line = System.Text.Encoding.UTF8.GetString(text.ToArray()).Split('\n')
            .SingleOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return line is null
            ? 0
            : double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_connection is not null)
        {
            await using var channel = await _connection.CreateChannelAsync(cancellationToken: CancellationToken.None);
            await channel.QueueDeleteAsync(Options.Queue, cancellationToken: CancellationToken.None);
            await channel.QueueDeleteAsync(Options.DeadLetterQueue, cancellationToken: CancellationToken.None);
            await _connection.DisposeAsync();
        }

        _dispatcher.Dispose();
        _lanesStop.Dispose();
        _lettersStop.Dispose();
    }
}
