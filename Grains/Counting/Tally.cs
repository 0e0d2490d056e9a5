using System.Runtime.InteropServices;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;

namespace Votes.Grains.Counting;

/// <summary>
/// The counts of one law in memory: durable totals as the database returned them, and votes pending beside them.
/// Pure; owned and changed by the law's grain alone.
/// </summary>
public sealed class Tally
{
    private readonly Dictionary<string, Count> _counts = new(StringComparer.Ordinal);

    /// <summary>Votes accepted and not yet settled.</summary>
    public long Pending { get; private set; }

    /// <summary>
    /// The number of changes that the totals have seen: it only grows, and where the record went back as well.
    /// </summary>
    public long Version { get; private set; }

    /// <summary>The durable votes of all choices.</summary>
    public long DurableTotal { get; private set; }

    /// <summary>The durable total of each choice that was ever seen.</summary>
    public IEnumerable<(string Choice, long Total)> DurableTotals => _counts.Select(row => (row.Key, row.Value.Durable));

    /// <summary>The durable total of a choice; 0 where it has none.</summary>
    public long Durable(string choice) => _counts.GetValueOrDefault(choice).Durable;

    /// <summary>How often the total of a choice has changed, as far as it was seen; 0 where it has none.</summary>
    public long VersionOf(string choice) => _counts.GetValueOrDefault(choice).Version;

    /// <summary>A vote was accepted and waits for its commit.</summary>
    public void Accept(string choice)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, choice, out _).Pending++;
        Pending++;
    }

    /// <summary>A vote that was accepted has its outcome, or was given back to its sender.</summary>
    /// <exception cref="InvalidOperationException">More votes are settled than were accepted.</exception>
    public void Settle(string choice)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_counts, choice);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count) || count.Pending == 0)
        {
            throw new InvalidOperationException("A vote was settled that was not pending.");
        }

        count.Pending--;
        Pending--;
    }

    /// <summary>
    /// Takes over a total that the database returned. Totals are set, never added to, so that a second activation of the
    /// law, or a commit whose answer was lost, cannot make memory drift; an older figure than the one held is passed over.
    /// </summary>
    /// <returns>Whether the total is news.</returns>
    public bool Set(ChoiceTotal total)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, total.Choice, out _);
        if (total.Version <= count.Version)
        {
            return false;
        }

        Version += total.Version - count.Version;
        DurableTotal += total.Total - count.Durable;
        count.Durable = total.Total;
        count.Version = total.Version;
        return true;
    }

    /// <summary>
    /// Sets all totals to what is on record, lower ones too and those that are gone: for a read of which it is known that no
    /// newer total was entered since it began.
    /// </summary>
    /// <param name="onRecord">The law's totals.</param>
    /// <returns>Those that are not what they were.</returns>
    public IReadOnlyList<RestatedTotal> Restate(IReadOnlyList<ChoiceTotal> onRecord)
    {
        var restated = new List<RestatedTotal>();
        var version = Version;
        foreach (var choice in _counts.Keys.Union(onRecord.Select(static total => total.Choice)).ToArray())
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, choice, out _);
            var before = new ChoiceTotal(choice, count.Durable, count.Version);
            var now = onRecord.FirstOrDefault(total => total.Choice == choice, new ChoiceTotal(choice, 0, 0));
            if (now != before)
            {
                restated.Add(new RestatedTotal(before, now));
                DurableTotal += now.Total - before.Total;
                count.Durable = now.Total;
                count.Version = now.Version;
                version += Math.Max(now.Version - before.Version, 0);
            }
        }

        // Those who watch take over no answer that has not a greater version.
        Version = restated.Count > 0 && version == Version ? version + 1 : version;
        return restated;
    }

    /// <summary>The tally as an answer: the law's choices in their order, then others that hold votes.</summary>
    /// <param name="law">The law.</param>
    /// <param name="asOf">When the durable totals were read or committed.</param>
    /// <param name="isFinal">Whether the law is closed and the totals were read after it was.</param>
    /// <param name="changedAt">When a durable total changed last; null: none has.</param>
    public LawTally ToLawTally(Law law, DateTimeOffset asOf, bool isFinal, DateTimeOffset? changedAt = null)
    {
        var rows = new List<ChoiceTally>(law.Choices.Count);
        foreach (var choice in law.Choices)
        {
            _counts.TryGetValue(choice, out var count);
            rows.Add(new ChoiceTally(choice, count.Durable, count.Pending));
        }

        // A law can lose a choice that has votes: they stay counted and must be shown.
        foreach (var (choice, count) in _counts.OrderBy(static row => row.Key, StringComparer.Ordinal))
        {
            if ((count.Durable != 0 || count.Pending != 0) && !law.Choices.Contains(choice, StringComparer.Ordinal))
            {
                rows.Add(new ChoiceTally(choice, count.Durable, count.Pending));
            }
        }

        return new LawTally(
            law.LawId, law.Status, [.. rows], Version, asOf, isFinal && law.Status == LawStatus.Closed, changedAt);
    }

    private struct Count
    {
        public long Durable;
        public long Version;
        public long Pending;
    }
}
