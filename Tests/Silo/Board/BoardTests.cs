using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Votes.Grains.Board;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Board;

/// <summary>The board of the busiest laws on a real cluster: the stream that feeds it, and the storage that keeps it.</summary>
[NeedsServers]
public sealed class BoardTests(TestServers servers)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_board_hears_of_the_votes_of_every_silo_whichever_one_is_asked()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var one = await StartAsync(database);
        await using var other = await StartAsync(database);
        const int Laws = 8;
        for (var law = 1; law <= Laws; law++)
        {
            await (law % 2 == 0 ? one : other).VoteAsync($"told-{law}", VoteSamples.Of(law));
        }

        string[] expected = [.. Enumerable.Range(1, Laws).Select(static law => $"told-{law}: {law}")];
        foreach (var silo in new[] { one, other })
        {
            await UntilBoardAsync(silo, expected);
        }
    }

    [Fact]
    public async Task After_a_restart_of_all_silos_the_board_has_its_laws_and_the_totals_of_the_database()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using (var one = await StartAsync(database))
        await using (await StartAsync(database))
        {
            await one.VoteAsync("kept", VoteSamples.Of(3));
            await one.VoteAsync("kept as well", VoteSamples.Of(2));
            await UntilBoardAsync(one, "kept as well: 2", "kept: 3");
            while (await SavedAsync(database) is not ["kept", "kept as well"])
            {
                Cancelled.ThrowIfCancellationRequested();
            }
        }

        // What changes while no silo runs: the board reads totals from the database, and never keeps them itself.
        await ExecuteAsync(database, "update vote_results set total = total + 40, version = version + 1 where law_id = 'kept'");

        await using var fresh = await StartAsync(database);
        var stats = (await fresh.GetAsync("/api/stats")).Ok();
        Assert.Equal(
            ["kept as well: 2", "kept: 43"],
            stats.GetProperty("busiest").EnumerateArray()
                .Select(static law => $"{law.GetProperty("law_id").GetString()}: {law.GetProperty("votes").GetInt64()}")
                .Order(StringComparer.Ordinal));
        Assert.Equal((1, 0), (stats.GetProperty("silos").GetInt32(), stats.GetProperty("votes_per_second").GetDouble()));
    }

    private static Task<ApiSilo> StartAsync(TestDatabase database) => ApiSilo.StartAsync(
        database.SiloConnectionString, ("Board:SaveInterval", "00:00:01"), ("Board:PublishInterval", "00:00:00.050"));

    private static async Task UntilBoardAsync(ApiSilo silo, params string[] expected)
    {
        var board = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IBoardGrain>(BoardStream.Key);
        string[] seen;
        do
        {
            seen =
            [
                .. (await board.GetAsync(expected.Length + 1, Cancelled)).Laws
                    .Select(static law => $"{law.LawId}: {law.Total}").Order(StringComparer.Ordinal),
            ];
        }
        while (!seen.SequenceEqual(expected, StringComparer.Ordinal));
    }

    /// <summary>The laws that are saved, out of the state as the grain storage wrote it.</summary>
    private static async Task<string[]> SavedAsync(TestDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var command = source.CreateCommand(
            "select convert_from(payload, 'UTF8') from orleans_grain_state where payload is not null");
        if (await command.ExecuteScalarAsync(Cancelled) is not string state)
        {
            return [];
        }

        using var json = JsonDocument.Parse(state);
        var lawIds = json.RootElement.GetProperty("LawIds");
        lawIds = lawIds.ValueKind == JsonValueKind.Object ? lawIds.GetProperty("$values") : lawIds;
        return [.. lawIds.EnumerateArray().Select(static law => law.GetString()!).Order(StringComparer.Ordinal)];
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }
}
