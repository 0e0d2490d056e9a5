using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;
using Votes.Tests.Grains.Store;
using Xunit;

namespace Votes.Tests.Grains.Laws;

public sealed class LawBookTests
{
    private readonly GatedTallyStore _store = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_of_many_laws_travel_together()
    {
        await using var book = NewBook();
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => book.OpenAsync($"law {i}", Stop)));

        Assert.Equal(2_000, _store.Loads.Sum());
        Assert.InRange(_store.Loads.Count, 2, 500);
        Assert.All(_store.Loads, static laws => Assert.InRange(laws, 1, 1_000));
    }

    [Fact]
    public async Task A_law_that_is_closed_by_hand_is_found_out()
    {
        await using var book = NewBook();
        var law = Law.Unregistered("law").Registered();
        _store.Describe(law);
        await book.OpenAsync("law", Stop);
        _store.Describe(law with { Status = LawStatus.Closed });

        book.RefreshIfDue();
        Assert.Equal(LawStatus.Open, book["law"].Status);
        _time.Advance(TimeSpan.FromSeconds(5));
        book.RefreshIfDue();
        while (book["law"].Status == LawStatus.Open)
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(LawStatus.Closed, book["law"].Status);
    }

    [Fact]
    public async Task A_law_is_registered_in_the_book_when_a_vote_registered_it()
    {
        await using var book = NewBook();
        await book.OpenAsync("law", Stop);
        Assert.Equal(LawStatus.Unknown, book["law"].Status);

        book.Registered("law");
        Assert.Equal(LawStatus.Open, book["law"].Status);
    }

    [Fact]
    public async Task A_law_that_cannot_be_read_fails_alone()
    {
        await using var book = NewBook();
        _store.Unreadable["law 77"] = true;
        var reads = Enumerable.Range(0, 200).Select(i => book.OpenAsync($"law {i}", Stop)).ToList();

        await Assert.ThrowsAsync<InvalidCastException>(() => reads[77]);
        reads.RemoveAt(77);
        Assert.Equal(199, (await Task.WhenAll(reads)).Length);
    }

    private LawBook NewBook() => new(_store, _time, NullLogger<LawBook>.Instance);
}
