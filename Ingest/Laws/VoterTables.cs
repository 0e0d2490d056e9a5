namespace Votes.Ingest.Laws;

/// <summary>
/// Tables of voters that outboxes use and give back: a law with many votes needs one for as long as votes of it are here, which
/// may be for a fraction of a second each time. Used under the lock of the <see cref="VoteDispatcher"/>.
/// </summary>
internal sealed class VoterTables
{
    private const int MostKept = 32;

    private readonly Stack<Dictionary<Guid, VoteCall>> _free = new();

    /// <summary>Takes an empty table.</summary>
    public Dictionary<Guid, VoteCall> Rent() => _free.TryPop(out var table) ? table : [];

    /// <summary>Gives a table back.</summary>
    public void Return(Dictionary<Guid, VoteCall> table)
    {
        if (_free.Count < MostKept)
        {
            table.Clear();
            _free.Push(table);
        }
    }
}
