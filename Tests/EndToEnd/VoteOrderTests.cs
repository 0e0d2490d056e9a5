using System.Text.Json;
using Npgsql;
using RabbitMQ.Client;
using Votes.LoadTest;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

/// <summary>Which of one person's two votes on a law counts, where one consumer gets both.</summary>
[NeedsServers]
public sealed class VoteOrderTests
{
    private const string Queue = "votes.aggregation";
    private const int People = 200;
    private const int Others = 2_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_vote_of_each_person_counts_with_one_consumer_with_and_without_a_backlog()
    {
        var folder = LocalFolder.ForTests("vote-order");
        try
        {
            var options = new ClusterOptions
            {
                Folder = folder,
                Silos = 2,
                Ingests = 1,
                SharedBuffersMegabytes = 128,
                IngestVariables = new Dictionary<string, string?> { ["RabbitMq__Lanes"] = "1" },
            };
            await using var cluster = await Cluster.StartAsync(options, static _ => { }, Stop);
            await using var connection = await new ConnectionFactory { Uri = cluster.Addresses.AmqpUrl }
                .CreateConnectionAsync(Stop);
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Stop);

            // Each publish returns when the broker has confirmed the vote.
            for (var person = 0; person < People; person++)
            {
                await VoteAsync(channel, "one after the other", person, "yes");
                await VoteAsync(channel, "one after the other", person, "no");
            }

            // All in the queue before the first is taken, with load between the first votes and the second ones.
            Assert.True(cluster.Ingests[0].Pause());
            await Task.WhenAll(Enumerable.Range(0, People).Select(person => VoteAsync(channel, "backlog", person, "yes")));
            await Task.WhenAll(Enumerable.Range(0, Others).Select(
                person => VoteAsync(channel, "backlog", People + person, "abstain")));
            await Task.WhenAll(Enumerable.Range(0, People).Select(person => VoteAsync(channel, "backlog", person, "no")));
            cluster.Ingests[0].Resume();

            await using var votes = NpgsqlDataSource.Create(cluster.Addresses.PostgresConnectionString);
            while (await NumberAsync(votes, "select count(*) from duplicate_attempts") < 2 * People)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Stop);
            }

            Assert.Equal(2 * People, await NumberAsync(votes, "select count(*) from vote_audit where choice = 'yes'"));
            Assert.Equal(0, await NumberAsync(votes, "select count(*) from vote_audit where choice = 'no'"));
            Assert.Equal(
                2 * People, await NumberAsync(votes, "select count(*) from duplicate_attempts where choice = 'no'"));
        }
        finally
        {
            await folder.KillAndDeleteAsync(CancellationToken.None);
        }
    }

    private static async Task VoteAsync(IChannel channel, string law, int person, string choice)
    {
        var vote = new { vote_id = Guid.NewGuid(), law_id = law, voter_id = $"person {person}", choice };
        await channel.BasicPublishAsync(
            Endpoints.VotesExchange, Queue, mandatory: true, new BasicProperties { Persistent = true },
            JsonSerializer.SerializeToUtf8Bytes(vote), Stop);
    }

    private static async Task<long> NumberAsync(NpgsqlDataSource votes, string sql)
    {
#pragma warning disable CA2100 // The statements are this test's own.
        await using var command = votes.CreateCommand(sql);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
