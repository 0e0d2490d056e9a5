namespace Votes.Bench.Running;

/// <summary>Who answers for totals. Owns its connections.</summary>
internal interface ITallySource : IAsyncDisposable
{
    /// <summary>How often a second it is asked.</summary>
    int QuestionsPerSecond { get; }

    /// <summary>Asks for the totals of one law, and waits for the whole answer.</summary>
    Task AskAsync(string lawId, CancellationToken cancellationToken);
}
