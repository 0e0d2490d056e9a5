namespace Votes.LoadTest.Chaos.Invariants;

/// <summary>Collects what all watches of a drill find. Thread-safe.</summary>
internal sealed class InvariantBook
{
    private const int DetailsKept = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<Invariant, Page> _pages =
        Enum.GetValues<Invariant>().ToDictionary(invariant => invariant, _ => new Page());

    /// <summary>What became of each invariant so far, by number.</summary>
    public IReadOnlyList<InvariantResult> Results
    {
        get
        {
            lock (_lock)
            {
                return [.. _pages.OrderBy(page => page.Key).Select(page => new InvariantResult(
                    page.Key, StatementOf(page.Key), page.Value.Figure, page.Value.Checks, page.Value.Violations,
                    [.. page.Value.Details]))];
            }
        }
    }

    /// <summary>Whether any was found broken.</summary>
    public bool AnyViolated
    {
        get
        {
            lock (_lock)
                return _pages.Values.Any(page => page.Violations > 0);
        }
    }

    /// <summary>An invariant was checked, so many times.</summary>
    public void Checked(Invariant invariant, long times = 1)
    {
        lock (_lock)
            _pages[invariant].Checks += times;
    }

    /// <summary>An invariant was found broken, so many times.</summary>
    public void Violated(Invariant invariant, string detail, long times = 1)
    {
        lock (_lock)
        {
            var page = _pages[invariant];
            page.Violations += times;
            if (page.Details.Count < DetailsKept)
                page.Details.Add(detail);
        }
    }

    /// <summary>Sets the figures that an invariant is told with.</summary>
    public void Figure(Invariant invariant, string figure)
    {
        lock (_lock)
            _pages[invariant].Figure = figure;
    }

    private static string StatementOf(Invariant invariant) => invariant switch
    {
        Invariant.EveryVoteSettled => "every confirmed vote is counted, a filed duplicate, or poison dead-lettered",
        Invariant.OnlySentVotes => "the audit holds only votes that were sent, each as it was sent",
        Invariant.TotalsMatchAudit => "totals = audit rows, per law and choice, in every snapshot",
        Invariant.NothingGoesBack => "no total and no version goes back, none is told before it is durable",
        Invariant.OneFilingPerDuplicate => "a duplicate is filed at most once, and never the counted vote",
        Invariant.NothingLeft => "nothing ready, unacked or pending; the dead letters are exactly the poison",
        Invariant.ProcessesStay => "no process ends by itself, memory stays under its limit",
        Invariant.Recovery => "after each fault the rate is back to 80 % in time",
        _ => throw new ArgumentOutOfRangeException(nameof(invariant), invariant, "No such invariant."),
    };

    private sealed class Page
    {
        public long Checks { get; set; }

        public long Violations { get; set; }

        public string Figure { get; set; } = "";

        public List<string> Details { get; } = [];
    }
}
