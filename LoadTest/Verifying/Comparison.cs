using Votes.LoadTest.Planning;

namespace Votes.LoadTest.Verifying;

/// <summary>
/// Compares a run's rows with its plan. Give it every row of <c>vote_audit</c>, then every row of
/// <c>duplicate_attempts</c>, then ask for what is missing. It knows votes by vote_id alone, as the database holds no
/// voter ids. Of the votes sent for one (law, voter) any may be the counted one: the first to be committed is.
/// </summary>
public sealed class Comparison
{
    private readonly PlanPart _part;
    private readonly MessagePlan _plan;
    private readonly DifferenceLog _differences;
    private readonly Dictionary<string, int> _laws;
    private readonly BitSet _audited;
    private readonly BitSet _filed;
    private readonly BitSet _counted;
    private readonly Dictionary<string, long>[] _byChoice;

    /// <summary>Starts with no rows. Memory: three bits a message, and some for each law.</summary>
    public Comparison(PlanPart part, DifferenceLog differences)
    {
        var plan = part.Plan;
        _part = part;
        _plan = plan;
        _differences = differences;
        _laws = plan.Laws.Select((id, law) => (id, law)).ToDictionary(x => x.id, x => x.law, StringComparer.Ordinal);
        _audited = new(plan.Messages);
        _filed = new(plan.Messages);
        _counted = new(plan.Ballots);
        _byChoice = [.. plan.Laws.Select(_ => new Dictionary<string, long>(StringComparer.Ordinal))];
    }

    /// <summary>Rows of <c>vote_audit</c> so far.</summary>
    public long Counted { get; private set; }

    /// <summary>Rows of <c>duplicate_attempts</c> so far.</summary>
    public long Duplicates { get; private set; }

    /// <summary>A row of <c>vote_audit</c> with a vote_id of this run.</summary>
    public void AddCounted(string lawId, Guid voteId, string choice)
    {
        Counted++;
        if (_laws.TryGetValue(lawId, out var law))
            _byChoice[law][choice] = _byChoice[law].GetValueOrDefault(choice) + 1;
        if (!TryFind(voteId, out var message))
        {
            _differences.Add(DifferenceKind.UnknownVote, () =>
                $"vote {voteId} on {lawId} is counted; it was never sent as a valid vote");
            return;
        }

        CheckContent(message, "counted", lawId, voteId, choice);
        if (!_audited.Add(message.Index) || !_counted.Add(message.Ballot))
        {
            _differences.Add(DifferenceKind.CountedTwice, () =>
                $"vote {voteId}: {Describe(message)} has another counted vote");
        }
    }

    /// <summary>A row of <c>duplicate_attempts</c> with a vote_id of this run.</summary>
    public void AddDuplicate(string lawId, Guid voteId, string choice, Guid countedVoteId)
    {
        Duplicates++;
        if (!TryFind(voteId, out var message) || !_filed.Add(message.Index))
        {
            _differences.Add(DifferenceKind.UnknownDuplicate, () =>
                $"vote {voteId} on {lawId} is filed as a duplicate twice, or was never sent as a valid vote");
            return;
        }

        CheckContent(message, "filed as a duplicate", lawId, voteId, choice);
        if (_audited[message.Index])
        {
            _differences.Add(DifferenceKind.CountedAndDuplicate, () =>
                $"vote {voteId}: {Describe(message)} is counted and filed as a duplicate");
        }

        if (!TryFind(countedVoteId, out var counted) || counted.Ballot != message.Ballot || !_audited[counted.Index])
        {
            _differences.Add(DifferenceKind.WrongCountedVote, () =>
                $"duplicate {voteId}: {Describe(message)} points at {countedVoteId}, which is not the counted vote");
        }
    }

    /// <summary>Looks for votes without a row. Call it once, after the last row.</summary>
    /// <param name="keysInDatabase">
    /// Distinct voter keys among the run's rows of <c>vote_audit</c>: one for each voter, or one for each voter and law, by the
    /// form of the database's keys (docs/adr/0009-voter-keys.md), which the database does not say in plain.
    /// </param>
    public void Finish(long keysInDatabase)
    {
        var missed = new BitSet(_plan.Ballots);
        for (long index = 0; index < _part.Messages; index++)
        {
            if (_audited[index] || _filed[index])
                continue;
            var message = _plan.At(index);
            if (message.Kind is not (MessageKind.First or MessageKind.Duplicate))
                continue;
            var kind = !_counted[message.Ballot] && missed.Add(message.Ballot)
                ? DifferenceKind.MissingVote
                : DifferenceKind.MissingDuplicate;
            _differences.Add(kind, () =>
                $"vote {VoteIds.Create(_plan.RunId, message.Index)}: {Describe(message)} is not on record");
        }

        var seen = new BitSet(_plan.Ballots);
        long voters = 0;
        long ballots = 0;
        for (long ballot = 0; ballot < _plan.Ballots; ballot++)
        {
            if (_part.HasBallot(ballot))
            {
                ballots++;
                voters += seen.Add(_plan.VoterOf(ballot)) ? 1 : 0;
            }
        }

        if (keysInDatabase != voters && keysInDatabase != ballots)
        {
            _differences.Add(DifferenceKind.VoterKeys, () =>
                $"{voters} voters were sent, {ballots} with their laws; their counted votes have {keysInDatabase} voter keys");
        }
    }

    /// <summary>Totals of the run by law, the most voted first.</summary>
    /// <param name="totals">The laws' totals in <c>vote_results</c>.</param>
    public IReadOnlyList<LawTotals> Totals(IReadOnlyDictionary<string, long> totals)
    {
        var expected = new long[_plan.Laws.Count];
        for (long ballot = 0; ballot < _plan.Ballots; ballot++)
            expected[_plan.LawOf(ballot)] += _part.HasBallot(ballot) ? 1 : 0;
        return [.. _plan.Laws
            .Select((id, law) => new LawTotals(
                id, expected[law], _byChoice[law].Values.Sum(), _byChoice[law], totals.GetValueOrDefault(id)))
            .OrderByDescending(law => law.Counted).ThenBy(law => law.LawId, StringComparer.Ordinal)];
    }

    private bool TryFind(Guid voteId, out PlannedMessage message)
    {
        message = default;
        if (!VoteIds.TryRead(voteId, _plan.RunId, out var index) || index >= _part.Messages)
            return false;
        message = _plan.At(index);
        return message.Kind is MessageKind.First or MessageKind.Duplicate;
    }

    private void CheckContent(PlannedMessage message, string state, string lawId, Guid voteId, string choice)
    {
        if (lawId != _plan.Laws[message.Law])
        {
            _differences.Add(DifferenceKind.WrongLaw, () =>
                $"vote {voteId}: {Describe(message)} is {state} on law {lawId}");
        }

        if (choice != _plan.ChoicesOf(message.Law)[message.Choice])
        {
            _differences.Add(DifferenceKind.WrongChoice, () =>
                $"vote {voteId}: {Describe(message)} is {state} with choice {choice}");
        }
    }

    private string Describe(PlannedMessage message) =>
        $"voter-{_plan.RunId}-{message.Voter} on {_plan.Laws[message.Law]}, sent with " +
        $"{_plan.ChoicesOf(message.Law)[message.Choice]},";
}
