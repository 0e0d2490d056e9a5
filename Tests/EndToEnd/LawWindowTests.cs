using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using Votes.DeadLetters;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

/// <summary>What becomes of votes before, in and after the time of a law, from the message to the dead letter's reason.</summary>
[NeedsServers]
public sealed class LawWindowTests
{
    private const string Queue = "votes.aggregation";
    private const string Law = "harvest";

    private static readonly DateTimeOffset Opens = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Closes = Opens.AddHours(10);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_vote_counts_where_it_was_cast_in_time_and_a_closed_laws_totals_are_final()
    {
        var folder = LocalFolder.ForTests("law-window");
        try
        {
            var options = new ClusterOptions { Folder = folder, Silos = 1, SharedBuffersMegabytes = 128 };
            await using var cluster = await Cluster.StartAsync(options, static _ => { }, Stop);
            using var http = new HttpClient { BaseAddress = cluster.Addresses.SiloHttp[0] };
            http.DefaultRequestHeaders.Add("X-Api-Key", cluster.OperatorKey);
            using var made = await http.PostAsJsonAsync(
                "/api/laws", new { id = Law, title = "Harvest Act", opens_at = Opens, closes_at = Closes }, Stop);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            await using var connection = await new ConnectionFactory { Uri = cluster.RabbitMq.Uri() }
                .CreateConnectionAsync(Stop);
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Stop);

            // The bounds themselves belong to the time.
            await VoteAsync(channel, Opens.AddMilliseconds(-1));
            await VoteAsync(channel, Opens);
            await VoteAsync(channel, Closes);
            await VoteAsync(channel, Closes.AddMilliseconds(1));
            Assert.Equal(["cast_too_early", "cast_too_late"], await ReasonsAsync(channel, 2));
            Assert.Equal((2, false), await TallyAsync(http, static tally => tally.Total == 2));

            using var closed = await http.PatchAsJsonAsync($"/api/laws/{Law}", new { close = true, force = true }, Stop);
            Assert.Equal(HttpStatusCode.OK, closed.StatusCode);
            await VoteAsync(channel, Opens.AddHours(1));
            Assert.Equal(["law_closed"], await ReasonsAsync(channel, 1));
            Assert.Equal((2, true), await TallyAsync(http, static tally => tally.Final));
        }
        finally
        {
            await folder.KillAndDeleteAsync(CancellationToken.None);
        }
    }

    private static async Task VoteAsync(IChannel channel, DateTimeOffset castAt)
    {
        var vote = new { vote_id = Guid.NewGuid(), law_id = Law, voter_id = $"{Guid.NewGuid()}", choice = "yes", cast_at = castAt };
        await channel.BasicPublishAsync(
            "", Queue, mandatory: true, new BasicProperties { Persistent = true }, JsonSerializer.SerializeToUtf8Bytes(vote), Stop);
    }

    /// <summary>The reasons of the next dead letters, in the order of their names.</summary>
    private static async Task<List<string>> ReasonsAsync(IChannel channel, int letters)
    {
        var reasons = new List<string>();
        while (reasons.Count < letters)
        {
            if (await channel.BasicGetAsync(Queue + ".dead", autoAck: true, Stop) is { } letter)
            {
                reasons.Add(Encoding.UTF8.GetString((byte[])letter.BasicProperties.Headers![LetterHeaders.Reason]!));
            }
        }

        Assert.Null(await channel.BasicGetAsync(Queue + ".dead", autoAck: true, Stop));
        return [.. reasons.Order(StringComparer.Ordinal)];
    }

    private static async Task<(long Total, bool Final)> TallyAsync(HttpClient http, Func<(long Total, bool Final), bool> isIt)
    {
        while (true)
        {
            var tally = await http.GetFromJsonAsync<JsonElement>($"/api/laws/{Law}/tally", Stop);
            var seen = (tally.GetProperty("total").GetInt64(), tally.GetProperty("final").GetBoolean());
            if (isIt(seen))
            {
                return seen;
            }
        }
    }
}
