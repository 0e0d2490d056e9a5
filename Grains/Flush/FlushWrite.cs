using Votes.Grains.Counting;

namespace Votes.Grains.Flush;

/// <summary>
/// One attempt to write some batches: their votes as rows, and which batch each row belongs to. Rows are decided from the
/// first to the last, in parts; a batch is answered when its last row is decided. Pure.
/// </summary>
public sealed class FlushWrite
{
    private readonly IReadOnlyList<PendingBatch> _batches;
    private readonly int[] _ends;
    private readonly VoteOutcome?[] _outcomes;
    private readonly Dictionary<string, List<MovedTotal>> _totals = new(StringComparer.Ordinal);
    private int _decided;
    private int _answered;
    private DateTimeOffset? _at;

    /// <summary>Lays the batches' votes out as rows.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="rows">Where to; emptied first.</param>
    public FlushWrite(IReadOnlyList<PendingBatch> batches, FlushRows rows)
    {
        _batches = batches;
        _ends = new int[batches.Count];
        Rows = rows;
        rows.Clear();
        for (var i = 0; i < batches.Count; i++)
        {
            foreach (ref readonly var vote in batches[i].Votes.AsSpan())
            {
                rows.Add(batches[i].LawId, in vote);
            }

            _ends[i] = rows.Count;
        }

        _outcomes = new VoteOutcome?[rows.Count];
    }

    /// <summary>The votes.</summary>
    public FlushRows Rows { get; }

    /// <summary>Whether somebody still waits for one of the next <paramref name="count"/> rows.</summary>
    public bool IsAwaited(int count)
    {
        var end = _decided + count;
        for (var i = _answered; i < _batches.Count && (i == 0 ? 0 : _ends[i - 1]) < end; i++)
        {
            if (_batches[i].IsAwaited)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Leaves the next rows undecided: nobody waits for them, and they will be sent again.</summary>
    public void Skip(int count)
    {
        _decided += count;
        TakeAnswers();
    }

    /// <summary>Decides the next rows.</summary>
    /// <returns>The batches that are decided with them, each with its outcome.</returns>
    public IReadOnlyList<(PendingBatch Batch, PendingOutcome Outcome)> Decide(FlushResult result)
    {
        for (var i = 0; i < result.Outcomes.Length; i++)
        {
            _outcomes[_decided + i] = result.Outcomes[i];
        }

        foreach (var total in result.Totals)
        {
            if (!_totals.TryGetValue(total.LawId, out var ofLaw))
            {
                _totals.Add(total.LawId, ofLaw = []);
            }

            ofLaw.Add(total);
        }

        _at = result.At ?? _at;
        _decided += result.Outcomes.Length;
        return TakeAnswers();
    }

    private List<(PendingBatch Batch, PendingOutcome Outcome)> TakeAnswers()
    {
        var answers = new List<(PendingBatch, PendingOutcome)>();
        for (; _answered < _batches.Count && _ends[_answered] <= _decided; _answered++)
        {
            var batch = _batches[_answered];
            var outcomes = new VoteOutcome[batch.Votes.Length];
            var at = _ends[_answered] - outcomes.Length;
            var isWhole = true;
            for (var i = 0; i < outcomes.Length; i++)
            {
                isWhole &= _outcomes[at + i].HasValue;
                outcomes[i] = _outcomes[at + i].GetValueOrDefault();
            }

            if (isWhole)
            {
                answers.Add((batch, new PendingOutcome(outcomes, [.. _totals.GetValueOrDefault(batch.LawId) ?? []], _at)));
            }
        }

        return answers;
    }
}
