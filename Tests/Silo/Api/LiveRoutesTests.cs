using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Votes.Silo.Api.Live;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class LiveRoutesTests(SharedApi api)
{
    private readonly ApiSilo _silo = api.Silo;

    private LiveTallies Live => _silo.Services.GetRequiredService<LiveTallies>();

    [Fact]
    public async Task A_stream_begins_with_the_tally_and_follows_it()
    {
        await _silo.CreateAsync("live");
        await using var stream = await EventStream.OpenAsync(_silo, "/api/laws/live/live");

        Assert.Equal("0", await stream.UntilAsync("live", 0));
        await _silo.VoteAsync("live", VoteSamples.By(1));
        Assert.Equal("1", await stream.UntilAsync("live", 1));
        await _silo.VoteAsync("live", VoteSamples.By(2), VoteSamples.By(3, "no"));
        Assert.Equal("3", await stream.UntilAsync("live", 3));
    }

    [Fact]
    public async Task Two_readers_share_one_watcher_that_ends_with_them()
    {
        await _silo.CreateAsync("shared");
        await WaitAsync(() => Live.WatchedLaws == 0);
        await using (var one = await EventStream.OpenAsync(_silo, "/api/laws/shared/live"))
        await using (var two = await EventStream.OpenAsync(_silo, "/api/live?laws=shared"))
        {
            await one.UntilAsync("shared", 0);
            await two.UntilAsync("shared", 0);
            Assert.Equal((2, 1), (Live.Streams, Live.WatchedLaws));

            await _silo.VoteAsync("shared", VoteSamples.By(1));
            Assert.Equal("1", await one.UntilAsync("shared", 1));
            Assert.Equal("1", await two.UntilAsync("shared", 1));
        }

        await WaitAsync(() => Live.Streams == 0 && Live.WatchedLaws == 0);
    }

    [Fact]
    public async Task Who_connects_again_is_told_at_once_what_is_newer_and_not_what_it_knows()
    {
        await _silo.CreateAsync("resumed");
        await _silo.VoteAsync("resumed", VoteSamples.By(1));
        await using (var first = await EventStream.OpenAsync(_silo, "/api/laws/resumed/live"))
        {
            Assert.Equal("1", await first.UntilAsync("resumed", 1));
        }

        await _silo.VoteAsync("resumed", VoteSamples.By(2));
        await using (var behind = await EventStream.OpenAsync(_silo, "/api/laws/resumed/live", "1"))
        {
            Assert.Equal("2", await behind.UntilAsync("resumed", 2));
        }

        // What it knows comes with the first heartbeat at the earliest: the comment line of a stream that says nothing.
        await using var upToDate = await EventStream.OpenAsync(_silo, "/api/laws/resumed/live", "2");
        Assert.Equal(["retry: 2000", ""], [await upToDate.LineAsync(), await upToDate.LineAsync()]);
        await _silo.VoteAsync("resumed", VoteSamples.By(3));
        Assert.Equal("3", await upToDate.UntilAsync("resumed", 3));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("1.2.3")]
    [InlineData("99999999999999999999")]
    public async Task An_event_id_that_is_none_does_no_harm(string lastEventId)
    {
        await api.ExecuteAsync("insert into laws (law_id) values ('live-id') on conflict do nothing");
        await using var stream = await EventStream.OpenAsync(_silo, "/api/laws/live-id/live", lastEventId);

        Assert.Equal("0", (await stream.NextAsync())!.Value.Id);
    }

    [Fact]
    public async Task A_silent_stream_carries_heartbeats()
    {
        await _silo.CreateAsync("silent");
        await using var stream = await EventStream.OpenAsync(_silo, "/api/laws/silent/live");
        await stream.UntilAsync("silent", 0);

        Assert.Equal([": still here", "", ": still here"],
            [await stream.LineAsync(), await stream.LineAsync(), await stream.LineAsync()]);
    }

    [Fact]
    public async Task One_stream_shows_several_laws_and_resumes_each_of_them()
    {
        await _silo.CreateAsync("several-1");
        await _silo.CreateAsync("several,2");
        await _silo.VoteAsync("several-1", VoteSamples.By(1));
        const string Address = "/api/live?law=several-1&law=several%2C2";
        string id;
        await using (var stream = await EventStream.OpenAsync(_silo, Address))
        {
            await stream.UntilAsync("several-1", 1);
            await _silo.VoteAsync("several,2", VoteSamples.By(1));
            id = await stream.UntilAsync("several,2", 1);
        }

        Assert.Equal("1.1", id);
        await _silo.VoteAsync("several,2", VoteSamples.By(2));
        await using var again = await EventStream.OpenAsync(_silo, Address, id);
        Assert.Equal("1.2", await again.UntilAsync("several,2", 2));
    }

    [Fact]
    public async Task A_stream_shows_at_most_twenty_laws()
    {
        await api.ExecuteAsync("insert into laws (law_id) select 'many-' || n from generate_series(1, 21) n");
        static string Address(int laws) => $"/api/live?laws={string.Join(',', Enumerable.Range(1, laws).Select(n => $"many-{n}"))}";

        await using (await EventStream.OpenAsync(_silo, Address(20)))
        {
            Assert.Equal(
                "One stream shows at most 20 laws.", (await _silo.GetAsync(Address(21))).Detail(HttpStatusCode.BadRequest));
        }
    }

    [Fact]
    public async Task Of_several_laws_the_one_that_is_not_there_is_named() => Assert.StartsWith(
        "There is no law 'no such one'.",
        (await _silo.GetAsync("/api/live?laws=law-2026-001,no%20such%20one")).Detail(HttpStatusCode.NotFound));

    [Theory]
    [InlineData("/api/live")]
    [InlineData("/api/live?laws=")]
    [InlineData("/api/live?laws=a%0Ab")]
    [InlineData("/api/live?law=%00")]
    public async Task A_stream_of_no_laws_is_a_bad_request(string address) =>
        (await _silo.GetAsync(address)).Detail(HttpStatusCode.BadRequest);

    /// <summary>Waits for what the server does after a client has gone.</summary>
    private static async Task WaitAsync(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
