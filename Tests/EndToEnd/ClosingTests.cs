using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RabbitMQ.Client;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

/// <summary>The closing of a law while votes wait, with real processes.</summary>
[NeedsServers]
public sealed class ClosingTests
{
    private const string Queue = "votes.aggregation";
    private const string Law = "evening";
    private const int Votes = 500;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_closing_that_waits_loses_no_vote_and_goes_on_when_the_silo_that_was_asked_dies()
    {
        var folder = LocalFolder.ForTests("closing");
        try
        {
            var options = new ClusterOptions
            {
                Folder = folder,
                Silos = 2,
                SharedBuffersMegabytes = 128,
                SiloVariables = new Dictionary<string, string?> { ["Closing__Grace"] = "00:00:03" },
            };
            await using var cluster = await Cluster.StartAsync(options, static _ => { }, Stop);
            using var first = ClientOf(cluster, 0);
            using var second = ClientOf(cluster, 1);
            using var made = await first.PostAsJsonAsync("/api/laws", new { id = Law }, Stop);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            await using var connection = await new ConnectionFactory { Uri = cluster.RabbitMq.Uri() }
                .CreateConnectionAsync(Stop);
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Stop);

            // A backlog, and nobody to count it.
            Assert.True(await cluster.Ingests[0].StopAsync(StopLimit, Stop));
            var votes = Enumerable.Range(0, Votes).Select(static _ => NewVote()).ToArray();
            await Task.WhenAll(votes.Select(vote => PublishAsync(channel, vote)));
            using var refused = await PatchAsync(first, new { close = true });
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Equal(Votes, (await refused.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("waiting").GetInt64());
            using var asked = await PatchAsync(first, new { close = "when_drained" });
            Assert.Equal("closing", (await asked.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("status").GetString());
            await UntilAsync(second, law => law.GetProperty("closing_waits_for").GetString() == $"{Votes} votes wait in the queue.");

            await cluster.Silos[0].KillAsync(Stop);
            cluster.Ingests[0].Start();

            var closed = await UntilAsync(second, static law => law.GetProperty("status").GetString() == "closed");
            Assert.Equal(Votes, closed.GetProperty("votes").GetInt64());
            Assert.Equal(0, closed.GetProperty("rejected_after_close").GetInt64());

            // One that comes too late, twice; and one of the counted, which is none.
            var late = NewVote();
            await PublishAsync(channel, late);
            await PublishAsync(channel, late);
            await PublishAsync(channel, votes[0]);
            var after = await UntilAsync(second, static law => law.GetProperty("rejected_after_close").GetInt64() > 0);
            Assert.Equal(1, after.GetProperty("rejected_after_close").GetInt64());
            Assert.Equal(Votes, after.GetProperty("votes").GetInt64());
        }
        finally
        {
            await folder.KillAndDeleteAsync(CancellationToken.None);
        }
    }

    private static HttpClient ClientOf(Cluster cluster, int silo)
    {
        var http = new HttpClient { BaseAddress = cluster.Addresses.SiloHttp[silo] };
        http.DefaultRequestHeaders.Add("X-Api-Key", cluster.OperatorKey);
        return http;
    }

    private static Task<HttpResponseMessage> PatchAsync(HttpClient http, object change) =>
        http.PatchAsJsonAsync($"/api/laws/{Law}", change, Stop);

    private static byte[] NewVote() => JsonSerializer.SerializeToUtf8Bytes(
        new { vote_id = Guid.NewGuid(), law_id = Law, voter_id = $"{Guid.NewGuid()}", choice = "yes" });

    private static async Task PublishAsync(IChannel channel, byte[] vote) => await channel.BasicPublishAsync(
        "", Queue, mandatory: true, new BasicProperties { Persistent = true }, vote, Stop);

    private static async Task<JsonElement> UntilAsync(HttpClient http, Func<JsonElement, bool> isIt)
    {
        while (true)
        {
            using var answer = await http.GetAsync($"/api/laws/{Law}", Stop);
            if (answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync<JsonElement>(Stop) is var law && isIt(law))
            {
                return law;
            }
        }
    }
}
