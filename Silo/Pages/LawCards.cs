using System.Collections.Concurrent;
using Npgsql;
using Votes.Silo.Api;

namespace Votes.Silo.Pages;

/// <summary>
/// The laws that people look at, as they were a few seconds ago at most. While the database or a law's grain does not answer,
/// what was read last stays: a page then shows a title and totals that are older, not none. Bounded. Thread-safe.
/// </summary>
public sealed class LawCards(LawReader laws, TallyReader tallies, TimeProvider time)
{
    /// <summary>The most laws that are kept.</summary>
    public const int MostLaws = 10_000;

    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(2);

    // A page does not wait for a database that is slow: its script asks again anyway.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, Entry> _cards = new(StringComparer.Ordinal);

    /// <summary>The law; null where there is none of this id, or nothing is known of it in time.</summary>
    public async Task<LawCard?> FindAsync(string lawId, CancellationToken cancellationToken)
    {
        var known = _cards.GetValueOrDefault(lawId);
        if (known is not null && time.GetElapsedTime(known.ReadAt) < GoodFor)
        {
            return known.Card;
        }

        try
        {
            return await ReadAsync(lawId).WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or NpgsqlException or OrleansException)
        {
            return known?.Card;
        }
    }

    // No caller's token: a read that a page did not wait for serves the next one.
    private async Task<LawCard?> ReadAsync(string lawId)
    {
        if (await laws.FindAsync(lawId, CancellationToken.None) is not { } law
            || await tallies.ReadAsync(lawId, CancellationToken.None) is not { } tally)
        {
            _cards.TryRemove(lawId, out _);
            return null;
        }

        var card = new LawCard(law, tally);
        if (_cards.Count >= MostLaws)
        {
            // Rarely full; to begin anew costs a read a law.
            _cards.Clear();
        }

        _cards[lawId] = new Entry(card, time.GetTimestamp());
        return card;
    }

    private sealed record Entry(LawCard Card, long ReadAt);
}
