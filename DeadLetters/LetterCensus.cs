using System.Runtime.InteropServices;

namespace Votes.DeadLetters;

/// <summary>
/// Counts letters by reason and field, and keeps the first of them. Holds a bounded number of each, whatever the queue
/// holds. Pure.
/// </summary>
/// <param name="filter">Which letters are counted.</param>
/// <param name="listed">How many of them are kept.</param>
public sealed class LetterCensus(LetterFilter filter, int listed)
{
    /// <summary>The most groups; letters of any further ones are counted together.</summary>
    public const int MostGroups = 1_000;

    /// <summary>The reason of the group that takes what <see cref="MostGroups"/> leaves over.</summary>
    public const string Others = "(others)";

    private readonly Dictionary<(string Reason, string Field), long> _groups = [];
    private readonly List<ListedLetter> _letters = [];

    /// <summary>Which letters are counted.</summary>
    public LetterFilter Filter => filter;

    /// <summary>Letters that fit the filter.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// Letters that a filter by law passes over since no law can be read in them; those that it leaves out otherwise are not
    /// among them.
    /// </summary>
    public long WithoutLaw { get; private set; }

    /// <summary>The groups, largest first.</summary>
    public IReadOnlyList<LetterGroup> Groups =>
        [.. _groups.Select(static group => new LetterGroup(group.Key.Reason, group.Key.Field, group.Value))
            .OrderByDescending(static group => group.Count)
            .ThenBy(static group => group.Reason, StringComparer.Ordinal)
            .ThenBy(static group => group.Field, StringComparer.Ordinal)];

    /// <summary>The first letters that fit.</summary>
    public IReadOnlyList<ListedLetter> Letters => _letters;

    /// <summary>Counts a letter where it fits the filter.</summary>
    /// <returns>Whether it fits.</returns>
    public bool Add(Letter letter)
    {
        if (!filter.Fits(letter))
        {
            WithoutLaw += filter.Law is not null && (filter with { Law = null }).Fits(letter)
                && LetterLaw.Of(letter.Body.Span) is null ? 1 : 0;
            return false;
        }

        Count++;
        if (_letters.Count < listed)
            _letters.Add(ListedLetter.Of(letter));
        var key = (letter.Reason, letter.Field);
        if (_groups.Count >= MostGroups && !_groups.ContainsKey(key))
            key = (Others, "");
        CollectionsMarshal.GetValueRefOrAddDefault(_groups, key, out _)++;
        return true;
    }
}
