using Microsoft.Extensions.DependencyInjection;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

/// <summary>Live streams where nothing that a grain tells its watchers arrives: asking the grain is all that is left.</summary>
[NeedsServers]
public sealed class LostNewsTests(TestServers servers)
{
    [Fact]
    public async Task A_stream_follows_the_totals_though_everything_that_was_told_is_lost()
    {
        var dropped = new DroppedNews();
        await using var database = await servers.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(dropped));
        await using var stream = await EventStream.OpenAsync(silo, "/api/laws/law-2026-001/live");
        Assert.Equal("0", await stream.UntilAsync("law-2026-001", 0));

        for (var vote = 1; vote <= 3; vote++)
        {
            await silo.VoteAsync("law-2026-001", VoteSamples.By(vote));

            Assert.Equal($"{vote}", await stream.UntilAsync("law-2026-001", vote));
        }

        // Each vote's news was on its way to this silo's watcher, or waited for the least time between two of them.
        Assert.NotEqual(0, dropped.Count);
    }
}
