using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using Votes.DeadLetters;
using Votes.Ops;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ops;

[NeedsServers]
public sealed class DeadLetterListTests(TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_counts_by_reason_and_field_and_leaves_every_letter_in_the_queue()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(100);
        await scene.AddAsync("nonsense"u8.ToArray(), "not_json", detail: "line 1");
        await scene.AddAsync("nonsense"u8.ToArray(), "not_json", detail: "line 1");

        var (status, output, errors) = await scene.RunAsync("list", "--first", "5");

        Assert.Equal((ExitStatus.Done, ""), (status, errors));
        Assert.Matches(@"unknown_law +│ law_id +│ +100 ", output);
        Assert.Matches(@"not_json +│ +│ +2 ", output);
        Assert.Contains("102 of 102 dead letters looked at, 102 fit, 5 are listed", output, StringComparison.Ordinal);
        var letters = await scene.DrainAsync(DeadLetterFixture.DeadLetterQueue);
        Assert.Equal(102, letters.Count);
        Assert.Equal(101, letters.Select(static letter => Encoding.UTF8.GetString(letter.Body.Span)).Distinct().Count());
        Assert.All(letters, static letter => Assert.Equal(3, DeadLetterFixture.HeadersOf(letter).Count()));
    }

    [Fact]
    public async Task Letters_with_headers_that_the_client_library_does_not_survive_are_listed_and_replayed()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddHostileAsync();
        await scene.AddVotesAsync(1);

        // Twice: what was put back by the first look is as safe as what came.
        Assert.Contains("5 of 5 dead letters looked at", (await scene.RunAsync("list")).Output, StringComparison.Ordinal);
        Assert.Contains("5 of 5 dead letters looked at", (await scene.RunAsync("list")).Output, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync("replay", "--all")).Status);

        Assert.Equal(5, (await scene.DrainAsync(DeadLetterFixture.Queue)).Count);
    }

    [Fact]
    public async Task Looking_uses_up_no_deliveries_of_a_queue_that_drops_letters_over_a_limit()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers, deliveryLimit: 1);
        await scene.AddVotesAsync(40);

        for (var look = 0; look < 5; look++)
            Assert.Equal(ExitStatus.Done, (await scene.RunAsync("list")).Status);
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync("replay", "--all", "--dry-run")).Status);

        var letters = await scene.DrainAsync(DeadLetterFixture.DeadLetterQueue);
        Assert.Equal(40, letters.Count);
        Assert.DoesNotContain(letters, static letter => letter.Redelivered);
    }

    [Fact]
    public async Task Json_lists_the_letters_that_fit_and_nothing_else()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(3);
        await scene.AddAsync([0xff], "not_utf8", detail: "\u001b[31m<b>");

        var (status, output, _) = await scene.RunAsync("list", "--json", "--reason", "not_utf8", "--field", "");

        Assert.Equal(ExitStatus.Done, status);
        Assert.DoesNotContain('\u001b', output);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(4, json.GetProperty("ready").GetInt64());
        Assert.Equal(4, json.GetProperty("lookedAt").GetInt64());
        Assert.Equal(1, json.GetProperty("fit").GetInt64());
        Assert.Equal(1, json.GetProperty("groups")[0].GetProperty("count").GetInt64());
        var letter = Assert.Single(json.GetProperty("letters").EnumerateArray());
        Assert.Equal("\u001b[31m<b>", letter.GetProperty("detail").GetString());
        Assert.Equal(1, letter.GetProperty("bytes").GetInt32());
        Assert.Equal(JsonValueKind.Null, letter.GetProperty("law").ValueKind);
    }

    [Fact]
    public async Task Look_at_bounds_the_walk()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(50);

        var (status, output, _) = await scene.RunAsync("list", "--look-at", "7", "--first", "0");

        Assert.Equal(ExitStatus.Done, status);
        Assert.Contains("7 of 50 dead letters looked at, 7 fit, 0 are listed", output, StringComparison.Ordinal);
        Assert.Equal(50, await scene.ReadyAsync(DeadLetterFixture.DeadLetterQueue));
    }

    [Fact]
    public async Task Hostile_letters_reach_the_terminal_as_text()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        var body = "{\"law_id\":\"[red]x[/]\\u001b[2J\"}\u001b]0;owned\u0007 [bold]b[/] \u202e"u8.ToArray();
        await scene.AddAsync(body, Letters.Properties("[blink]r[/]", "\u001b[1m", "[/]\r\n\u009b2J"));

        var list = await scene.RunAsync("list");
        Assert.Equal(ExitStatus.Done, list.Status);
        Assert.Contains("[blink]r[/]", list.Output, StringComparison.Ordinal);
        Assert.Contains("[red]x[/]<U+001B>[2J", list.Output, StringComparison.Ordinal);
        var id = Letters.Read(body, "[blink]r[/]", "\u001b[1m").Id;
        var show = await scene.RunAsync("show", id[..6]);
        Assert.Equal(ExitStatus.Done, show.Status);
        Assert.Contains($"id: {id}", show.Output, StringComparison.Ordinal);
        Assert.Contains("]0;owned<U+0007> [bold]b[/] <U+202E>", show.Output, StringComparison.Ordinal);
        Assert.Contains("detail: [/]<U+000D><U+000A><U+009B>2J", show.Output, StringComparison.Ordinal);
        Assert.All(
            list.Output + show.Output,
            static character => Assert.False(char.IsControl(character) && character is not ('\n' or '\r')));
        Assert.Equal(1, await scene.ReadyAsync(DeadLetterFixture.DeadLetterQueue));
    }

    [Fact]
    public async Task Body_that_is_not_utf8_is_shown_as_bytes()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        byte[] body = [.. Enumerable.Range(0xf0, 16).Select(static x => (byte)x), (byte)'A', 0x1b];
        await scene.AddAsync(body, "not_utf8");

        var (status, output, _) = await scene.RunAsync("show", Letters.Read(body, "not_utf8").Id);

        Assert.Equal(ExitStatus.Done, status);
        Assert.Contains("body: 18 bytes, not UTF-8, shown as hex", output, StringComparison.Ordinal);
        Assert.Contains("00000000  f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 fa fb fc fd fe ff  ......", output, StringComparison.Ordinal);
        Assert.Matches("00000010  41 1b +A\\.", output);
    }

    [Fact]
    public async Task Headers_and_properties_of_every_type_survive_a_look_and_a_replay()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        var properties = Letters.Properties("r");
        properties.MessageId = "m-1";
        properties.ContentType = "application/json";
        properties.Timestamp = new AmqpTimestamp(1_700_000_000);
        var expected = new Dictionary<string, object?>
        {
            ["text"] = "t",
            ["int"] = 5,
            ["long"] = 5L,
            ["bool"] = true,
            ["double"] = 1.5,
            ["decimal"] = 1.25m,
            ["none"] = null,
            ["byte"] = (byte)200,
            ["time"] = new AmqpTimestamp(12),
            ["list"] = new List<object?> { 1, "two" },
            ["table"] = new Dictionary<string, object?> { ["k"] = "v" },
        };
        foreach (var (name, value) in expected)
            properties.Headers![name] = value;
        await scene.AddAsync([1], properties);

        await scene.RunAsync("list");
        var shown = await scene.RunAsync("show", Letters.Read([1], "r").Id);
        Assert.Contains("header table: {k: v}", shown.Output, StringComparison.Ordinal);
        Assert.Contains("header list: [1, two]", shown.Output, StringComparison.Ordinal);
        Assert.Contains("when (UTC): sent 2023-11-14 22:13:20", shown.Output, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync("replay", "--all")).Status);

        var message = Assert.Single(await scene.DrainAsync(DeadLetterFixture.Queue));
        var replayed = message.BasicProperties;
        Assert.Equal("m-1", replayed.MessageId);
        Assert.Equal("application/json", replayed.ContentType);
        Assert.Equal(properties.Timestamp, replayed.Timestamp);
        Assert.Equal([.. expected.Keys.Append(LetterHeaders.Replays).Order(StringComparer.Ordinal)], DeadLetterFixture.HeadersOf(message));
        Assert.All(expected, entry => Assert.Equal(Letter.TextOf(entry.Value), Letter.TextOf(replayed.Headers![entry.Key])));
    }

    [Fact]
    public async Task Letters_of_high_priority_hide_no_others()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(20, "low");
        for (var i = 0; i < 20; i++)
        {
            var properties = Letters.Properties("high");
            properties.Priority = 9;
            await scene.AddAsync([(byte)i], properties);
        }

        Assert.Contains("40 of 40", (await scene.RunAsync("list")).Output, StringComparison.Ordinal);
        Assert.All(
            await scene.DrainAsync(DeadLetterFixture.DeadLetterQueue),
            static letter => Assert.Equal(0, letter.BasicProperties.Priority));
    }

    [Fact]
    public async Task One_walk_at_a_time()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(1);
        await using (var other = await BrokerConnection.OpenAsync(
            new(scene.Broker, DeadLetterFixture.Queue, DeadLetterFixture.DeadLetterQueue), Stop))
        {
            await other.LockAsync(DeadLetterFixture.DeadLetterQueue, Stop);
            var (status, _, errors) = await scene.RunAsync("list");
            Assert.Equal(ExitStatus.Failed, status);
            Assert.Contains("another Ops", errors, StringComparison.Ordinal);
        }

        Assert.Equal(ExitStatus.Done, (await scene.RunAsync("list")).Status);
    }

    [Fact]
    public async Task Empty_queue_is_no_error()
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        var (status, output, _) = await scene.RunAsync("list");
        Assert.Equal(ExitStatus.Done, status);
        Assert.Contains("0 of 0 dead letters looked at", output, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Failed, (await scene.RunAsync("show", "abc")).Status);
    }
}
