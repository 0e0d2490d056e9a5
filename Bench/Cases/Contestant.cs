namespace Votes.Bench.Cases;

/// <summary>Who drains the queue.</summary>
public enum Contestant
{
    /// <summary>Ingest and silos, as users run them.</summary>
    Ours,

    /// <summary>One plain process with the cluster's parser and statements: the least that must be done.</summary>
    Floor,

    /// <summary>The Python aggregator that this project replaces.</summary>
    Python,

    /// <summary>A simple worker: one transaction a vote.</summary>
    PerVote,

    /// <summary>Deliver and ack, no database: the broker's own limit.</summary>
    AckOnly,

    /// <summary>The statements fed from memory, no broker: the database's own limit.</summary>
    InsertOnly,
}
