using Microsoft.Extensions.Options;
using Votes.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Api;

public sealed class CostlyQueriesTests : IDisposable
{
    private readonly CostlyQueries _costly = new(Options.Create(new ApiOptions { CostlyQueriesAtOnce = 4 }));
    private readonly TaskCompletionSource<int> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_asks_for_much_has_half_of_the_room_and_waits_for_itself()
    {
        var started = 0;
        var flood = Enumerable.Range(0, 10).Select(_ => Hold(QueryKind.Lists, "flood", () => Interlocked.Increment(ref started))).ToArray();
        Assert.Equal(2, started);

        // The others' half is free, whatever waits.
        Assert.Equal(7, await Answer(QueryKind.Lists, "other"));
        await Assert.ThrowsAsync<TooBusyException>(() => Answer(QueryKind.Lists, "flood"));

        _held.SetResult(1);
        await Task.WhenAll(flood);
        Assert.Equal(10, started);
        Assert.Equal(7, await Answer(QueryKind.Lists, "flood"));
    }

    [Fact]
    public async Task All_clients_together_have_the_room_of_one_kind_and_leave_the_other_kinds_alone()
    {
        var started = 0;
        var all = Enumerable.Range(0, 20).Select(client => Hold(QueryKind.Lists, $"{client}", () => Interlocked.Increment(ref started))).ToArray();
        Assert.Equal(4, started);

        Assert.Equal(7, await Answer(QueryKind.Histories, "0"));
        Assert.Equal(7, await Answer(QueryKind.Stats, "0"));

        _held.SetResult(1);
        await Task.WhenAll(all);
        Assert.Equal(20, started);
    }

    [Fact]
    public async Task What_waits_has_a_most()
    {
        var all = Enumerable.Range(0, 200).Select(client => Hold(QueryKind.Lists, $"{client}", static () => { })).ToArray();

        // Four run, and thirty wait for each of those.
        var refused = all.Where(static task => task.IsFaulted).ToArray();
        Assert.Equal(200 - 4 - (4 * 30), refused.Length);
        Assert.All(refused, static task => Assert.IsType<TooBusyException>(task.Exception!.InnerException));

        _held.SetResult(1);
        await Task.WhenAll(all.Except(refused));
    }

    public void Dispose() => _costly.Dispose();

    private Task<int> Answer(QueryKind kind, string client) =>
        _costly.RunAsync(kind, client, static _ => Task.FromResult(7), Cancelled);

    private Task<int> Hold(QueryKind kind, string client, Action started) => _costly.RunAsync(
        kind,
        client,
        _ =>
        {
            started();
            return _held.Task;
        },
        Cancelled);
}
