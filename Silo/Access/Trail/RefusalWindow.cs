namespace Votes.Silo.Access.Trail;

/// <summary>
/// Which refusals of a minute are written down: few of one client, and few of all of them, so that a log cannot be washed
/// by refusals. Pure, and the caller's to lock.
/// </summary>
/// <param name="mostOfAll">The most of all clients.</param>
/// <param name="mostOfOne">The most of one client.</param>
public sealed class RefusalWindow(int mostOfAll, int mostOfOne)
{
    // Holds those alone of whom something was written down, so it never has more than mostOfAll.
    private readonly Dictionary<string, int> _written = new(StringComparer.Ordinal);
    private int _all;
    private long _suppressed;

    /// <summary>Whether a refusal is to be written down; if not, it is counted.</summary>
    public bool Admits(string client)
    {
        var ofThis = _written.GetValueOrDefault(client);
        if (_all >= mostOfAll || ofThis >= mostOfOne)
        {
            _suppressed++;
            return false;
        }

        _all++;
        _written[client] = ofThis + 1;
        return true;
    }

    /// <summary>Begins the next minute; returns how many refusals of this one were not written down.</summary>
    public long Turn()
    {
        var suppressed = _suppressed;
        _suppressed = 0;
        _all = 0;
        _written.Clear();
        return suppressed;
    }
}
