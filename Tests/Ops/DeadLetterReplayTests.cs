using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;
using Votes.DeadLetters;
using Votes.LocalCluster;
using Votes.Ops;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ops;

[NeedsServers]
public sealed class DeadLetterReplayTests(TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replay_by_reason_sends_those_letters_byte_by_byte_and_leaves_the_others()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(60);
        for (var i = 0; i < 40; i++)
            await scene.AddAsync([0xff, (byte)i], "not_utf8");

        var (status, output, errors) = await scene.RunAsync("replay", "--reason", "unknown_law");

        Assert.Equal((ExitStatus.Done, ""), (status, errors));
        Assert.Contains("100 of 100 dead letters looked at, 60 replayed, 40 put back", output, StringComparison.Ordinal);
        var replayed = await scene.DrainAsync(DeadLetterFixture.Queue);
        Assert.Equal(VotesInOrder(60), InOrder(replayed));
        Assert.All(replayed, static message =>
        {
            Assert.Equal([LetterHeaders.Replays], DeadLetterFixture.HeadersOf(message));
            Assert.Equal(1, LetterHeaders.ReplaysOf(message.BasicProperties));
            Assert.Equal(DeliveryModes.Persistent, message.BasicProperties.DeliveryMode);
        });
        var left = await scene.DrainAsync(DeadLetterFixture.DeadLetterQueue);
        Assert.Equal(Enumerable.Range(0, 40), left.Select(static letter => (int)letter.Body.Span[1]).Order());
    }

    [Fact]
    public async Task Replaying_twice_sends_nothing_twice()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(10);

        Assert.Contains("10 replayed", (await scene.RunAsync("replay", "--all")).Output, StringComparison.Ordinal);
        Assert.Contains("0 of 0", (await scene.RunAsync("replay", "--all")).Output, StringComparison.Ordinal);

        Assert.Equal(10, await scene.ReadyAsync(DeadLetterFixture.Queue));
    }

    [Fact]
    public async Task Message_that_is_dead_lettered_again_says_how_often_it_was_replayed()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(1);
        await scene.RunAsync("replay", "--all");
        var message = Assert.Single(await scene.DrainAsync(DeadLetterFixture.Queue));
        await scene.AddAsync(
            message.Body.ToArray(),
            Votes.Ingest.DeadLetters.DeadLetterProperties.Create(message.BasicProperties, new("unknown_law", "law_id", ""), DateTimeOffset.UnixEpoch));

        await scene.RunAsync("replay", "--all");

        Assert.Equal(
            2, LetterHeaders.ReplaysOf(Assert.Single(await scene.DrainAsync(DeadLetterFixture.Queue)).BasicProperties));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(29)]
    [InlineData(30)]
    [InlineData(31)]
    public async Task Limit_is_the_most_that_is_replayed(int limit)
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(30);
        var expected = Math.Min(limit, 30);

        var dry = await scene.RunAsync("replay", "--all", "--limit", $"{limit}", "--dry-run");
        Assert.Contains($"{expected} would be replayed, none was", dry.Output, StringComparison.Ordinal);
        Assert.Equal(0, await scene.ReadyAsync(DeadLetterFixture.Queue));
        var (status, output, _) = await scene.RunAsync("replay", "--all", "--limit", $"{limit}");

        Assert.Equal(ExitStatus.Done, status);
        Assert.Contains($" {expected} replayed", output, StringComparison.Ordinal);
        Assert.Equal(expected, await scene.ReadyAsync(DeadLetterFixture.Queue));
        Assert.Equal(30 - expected, await scene.ReadyAsync(DeadLetterFixture.DeadLetterQueue));
    }

    [Fact]
    public async Task Replay_by_law_and_by_id_takes_no_others()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        for (var i = 0; i < 10; i++)
            await scene.AddAsync(Letters.Vote(i, $"law-{i % 2}"), "unknown_law", "law_id");
        await scene.AddAsync("no law at all"u8.ToArray(), "not_json");

        Assert.Contains(" 5 replayed", (await scene.RunAsync("replay", "--law", "law-1")).Output, StringComparison.Ordinal);
        var id = Letters.Read(Letters.Vote(4, "law-0"), "unknown_law", "law_id").Id;
        Assert.Contains(" 1 replayed", (await scene.RunAsync("replay", "--id", id)).Output, StringComparison.Ordinal);

        Assert.Equal(
            InOrder([1, 3, 4, 5, 7, 9], static number => Letters.Vote(number, $"law-{number % 2}")),
            InOrder(await scene.DrainAsync(DeadLetterFixture.Queue)));
        Assert.Equal(5, await scene.ReadyAsync(DeadLetterFixture.DeadLetterQueue));
    }

    [Fact]
    public async Task Replay_that_is_asked_to_stop_has_every_letter_in_exactly_one_queue()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(1_000);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        var running = scene.RunAsync(stop.Token, "replay", "--all");
        while (await scene.ReadyAsync(DeadLetterFixture.Queue) < 50)
            Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        var (status, output, _) = await running;

        Assert.Equal(ExitStatus.Failed, status);
        Assert.Contains("of 1,000 dead letters looked at", output, StringComparison.Ordinal);
        var replayed = await scene.DrainAsync(DeadLetterFixture.Queue);
        var left = await scene.DrainAsync(DeadLetterFixture.DeadLetterQueue);
        Assert.Equal(VotesInOrder(1_000), InOrder([.. replayed, .. left]));
        Assert.NotEmpty(left);
    }

    [Fact]
    public async Task Killed_replay_loses_nothing_and_a_second_one_ends_it()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(2_000);
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                // Its own folder: what of the framework it needs beside it is not beside the tests.
                Path.Combine(
                    Repository.Root, "Ops", Path.GetRelativePath(Path.Combine(Repository.Root, "Tests"), AppContext.BaseDirectory),
                    "Votes.Ops.dll"),
                "dead-letters", "replay", "--all", "--amqp-url", scene.Broker.AbsoluteUri,
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        while (await scene.ReadyAsync(DeadLetterFixture.Queue) < 100)
            Assert.False(process.HasExited, "the replay ended before it was killed");
        process.Kill();
        await process.WaitForExitAsync(Stop);

        // Until the broker has seen the connection's end, the lock is held and the letters in hand are not back.
        (int Status, string Output, string Errors) second;
        do
        {
            second = await scene.RunAsync("replay", "--all");
        }
        while (second.Errors.Contains("another Ops", StringComparison.Ordinal));
        Assert.Equal(ExitStatus.Done, second.Status);
        while (await scene.ReadyAsync(DeadLetterFixture.DeadLetterQueue) > 0)
            await scene.RunAsync("replay", "--all");

        var replayed = await scene.DrainAsync(DeadLetterFixture.Queue);
        Assert.Equal(VotesInOrder(2_000), InOrder(replayed).Distinct());
        Assert.InRange(replayed.Count, 2_000, 2_000 + LetterWalk.Hands);
    }

    [Fact]
    public async Task Main_queue_that_takes_no_messages_leaves_the_letters_where_they_are()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(5);
        await scene.Channel.QueueDeclareAsync(
            "full", true, false, false,
            new Dictionary<string, object?> { ["x-max-length"] = 2, ["x-overflow"] = "reject-publish" },
            cancellationToken: Stop);

        var (status, _, errors) = await scene.RunAsync("replay", "--all", "--queue", "full");

        Assert.Equal(ExitStatus.Failed, status);
        Assert.Contains("Nothing is lost", errors, StringComparison.Ordinal);
        var left = await scene.DrainAsync(DeadLetterFixture.DeadLetterQueue);
        var replayed = await scene.DrainAsync("full");
        Assert.Equal(VotesInOrder(5), InOrder([.. left, .. replayed]).Distinct());
    }

    [Theory]
    [InlineData(ExitStatus.Unusable, "either --all", "replay")]
    [InlineData(ExitStatus.Unusable, "either --all", "replay", "--all", "--reason", "x")]
    [InlineData(ExitStatus.Unusable, "--limit is 0", "replay", "--all", "--limit", "0")]
    [InlineData(ExitStatus.Unusable, "--look-at is 0", "list", "--look-at", "0")]
    [InlineData(ExitStatus.Unusable, "--first is -1", "list", "--first", "-1")]
    [InlineData(ExitStatus.Unusable, "--first is 10001", "list", "--first", "10001")]
    [InlineData(ExitStatus.Unusable, "an id consists of", "show", "xyz")]
    [InlineData(ExitStatus.Unusable, "an id consists of", "replay", "--id", "")]
    [InlineData(ExitStatus.Unusable, "no queue nowhere", "replay", "--all", "--queue", "nowhere")]
    [InlineData(ExitStatus.Unusable, "no queue nowhere", "list", "--dead-letter-queue", "nowhere")]
    [InlineData(ExitStatus.Unusable, "'--frist'", "list", "--frist", "3")]
    [InlineData(ExitStatus.Done, "", "list", "--first", "0")]
    [InlineData(ExitStatus.Done, "", "list", "--first", "10000", "--look-at", "1")]
    public async Task Wrong_options_are_refused_before_a_letter_is_touched(int expected, string complaint, params string[] args)
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(1);

        var (status, _, errors) = await scene.RunAsync(args);

        Assert.Equal(expected, status);
        Assert.Contains(complaint, errors, StringComparison.Ordinal);
        Assert.Equal(1, await scene.ReadyAsync(DeadLetterFixture.DeadLetterQueue));
        Assert.Equal(0, await scene.ReadyAsync(DeadLetterFixture.Queue));
    }

    [Theory]
    [InlineData("amqp://votes:secret@127.0.0.1:1/", "127.0.0.1:1 is not reachable")]
    [InlineData("http://127.0.0.1/", "AMQP_URL is not an address")]
    public async Task Broker_that_is_not_there_is_named_without_its_password(string url, string complaint)
    {
        using var errors = new StringWriter();
        var commands = new Votes.Ops.CommandLine.Commands(DeadLetterFixture.Console(TextWriter.Null), errors);

        Assert.Equal(ExitStatus.Unusable, await commands.RunAsync(["dead-letters", "list", "--amqp-url", url], Stop));

        Assert.Contains(complaint, errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", errors.ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> VotesInOrder(int count) =>
        InOrder(Enumerable.Range(0, count), static number => Letters.Vote(number));

    private static IEnumerable<string> InOrder(IEnumerable<int> numbers, Func<int, byte[]> body) =>
        numbers.Select(number => Encoding.UTF8.GetString(body(number))).Order(StringComparer.Ordinal);

    private static IEnumerable<string> InOrder(IEnumerable<BasicGetResult> messages) =>
        messages.Select(static message => Encoding.UTF8.GetString(message.Body.Span)).Order(StringComparer.Ordinal);
}
