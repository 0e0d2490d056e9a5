namespace Votes.LoadTest.Chaos.Faults;

/// <summary>The table of totals is locked by another session: flushes wait, and run into their time limits.</summary>
internal sealed class LockedTotals(DrillCluster drill) : Fault
{
    private readonly Stopwatch _held = new();
    private readonly TotalsLock _lock = new(drill);

    public override string? Evidence => $"held for {_held}; up to {_lock.MostWaiting} sessions waited for it at once";

    public override bool Bit => _lock.MostWaiting > 0;

    public override string Describe() => "vote_results locked (ACCESS EXCLUSIVE) by another session";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        await _lock.TakeAsync(cancellationToken);
        _held.Start();
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        await _lock.ReleaseAsync();
        _held.Stop();
    }
}
