namespace Votes.Bench.Running;

/// <summary>A contestant that is at work; disposing stops it.</summary>
internal interface IRunningContestant : IAsyncDisposable
{
    /// <summary>Its processes that run, by name such as silo-1; children belong to them.</summary>
    IReadOnlyDictionary<string, int> Pids { get; }

    /// <summary>What is wrong with it; null while it runs.</summary>
    string? Failure { get; }

    /// <summary>Lets it begin to drain; returns when it has.</summary>
    Task BeginAsync(CancellationToken cancellationToken);
}
