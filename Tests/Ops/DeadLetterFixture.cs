using System.Globalization;
using RabbitMQ.Client;
using Spectre.Console;
using Votes.LoadTest.Chaos.Faults;
using Votes.Ops.CommandLine;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ops;

/// <summary>A virtual host with a main queue and a dead-letter queue, and the command line that works on them.</summary>
internal sealed class DeadLetterFixture : IAsyncDisposable
{
    public const string Queue = "votes.aggregation";
    public const string DeadLetterQueue = "votes.aggregation.dead";
    private const int Width = 200;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly IConnection _connection;

    private DeadLetterFixture(Uri broker, IConnection connection, IChannel channel)
    {
        Broker = broker;
        _connection = connection;
        Channel = channel;
    }

    public Uri Broker { get; }

    public IChannel Channel { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<DeadLetterFixture> CreateAsync(TestServers servers, int? deliveryLimit = null)
    {
        var broker = await servers.CreateVirtualHostAsync(Stop);
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(Stop);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Stop);
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(Queue, true, false, false, arguments, cancellationToken: Stop);
        if (deliveryLimit is { } limit)
            arguments["x-delivery-limit"] = limit;
        await channel.QueueDeclareAsync(DeadLetterQueue, true, false, false, arguments, cancellationToken: Stop);
        return new(broker, connection, channel);
    }

    public Task AddAsync(byte[] body, string reason, string field = "", string detail = "It is wrong.") =>
        AddAsync(body, Letters.Properties(reason, field, detail));

    public async Task AddAsync(byte[] body, BasicProperties properties) =>
        await Channel.BasicPublishAsync("", DeadLetterQueue, mandatory: true, properties, body, Stop);

    /// <summary>Adds dead letters with headers that the client library does not survive.</summary>
    public async Task AddHostileAsync()
    {
        // Without confirms: with them the library writes the headers by itself.
        await using var raw = await _connection.CreateChannelAsync(cancellationToken: Stop);
        var published = await Channel.MessageCountAsync(DeadLetterQueue, Stop);
        foreach (var headers in new[]
        {
            HostileHeaders.Nested(25_000), HostileHeaders.Nested(2_000, tableEach: 2),
            HostileHeaders.Of("n", [(byte)'L', 0, 0, 0, 0, 0, 0, 0, 7]), HostileHeaders.Of("d", [(byte)'D', 255, 0, 0, 0, 7]),
        })
        {
            await raw.BasicPublishAsync("", DeadLetterQueue, true, headers, Letters.Vote(7), Stop);
            published++;
        }

        // A quorum queue works on the first for many seconds.
        while (await Channel.MessageCountAsync(DeadLetterQueue, Stop) < published)
        {
            await Task.Delay(PollInterval, TimeProvider.System, Stop);
        }
    }

    /// <summary>Adds votes with numbers from 0, all for one reason.</summary>
    public Task AddVotesAsync(int count, string reason = "unknown_law") => Task.WhenAll(
        Enumerable.Range(0, count).Select(number => AddAsync(Letters.Vote(number), reason, "law_id")));

    public Task<(int Status, string Output, string Errors)> RunAsync(params string[] args) => RunAsync(Stop, args);

    public async Task<(int Status, string Output, string Errors)> RunAsync(CancellationToken stop, params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var errors = new StringWriter(CultureInfo.InvariantCulture);
        var status = await new Commands(Console(output), errors).RunAsync(
            ["dead-letters", .. args, "--amqp-url", Broker.AbsoluteUri], stop);
        return (status, output.ToString(), errors.ToString());
    }

    public static IAnsiConsole Console(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = Width;
        return console;
    }

    public async Task<long> ReadyAsync(string queue) => await Channel.MessageCountAsync(queue, Stop);

    /// <summary>Takes everything out of a queue.</summary>
    public async Task<List<BasicGetResult>> DrainAsync(string queue)
    {
        var messages = new List<BasicGetResult>();
        while (await Channel.BasicGetAsync(queue, autoAck: true, Stop) is { } message)
            messages.Add(message);
        return messages;
    }

    /// <summary>The names of a message's headers, without those that the broker and the client add to each.</summary>
    public static IEnumerable<string> HeadersOf(BasicGetResult message) => message.BasicProperties.Headers!.Keys
        .Where(static name => name is not ("x-delivery-count" or "x-dotnet-pub-seq-no"))
        .Order(StringComparer.Ordinal);

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();
}
