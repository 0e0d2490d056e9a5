namespace Votes.LoadTest;

/// <summary>How a plan is published and checked. Every wait and every amount has a limit.</summary>
public sealed record LoadSettings
{
    /// <summary>Messages a second over all connections; 0 for as fast as the broker confirms.</summary>
    public double RatePerSecond { get; init; }

    /// <summary>The share of the messages that are published with a trace, 0 to 1.</summary>
    public double TraceRatio { get; init; }

    /// <summary>Connections to the broker, each with one channel.</summary>
    public int Connections { get; init; } = 2;

    /// <summary>Messages of one channel that may wait for their confirm.</summary>
    public int Window { get; init; } = 2_000;

    /// <summary>
    /// <c>x-queue-type</c> of the queue where it has to be declared; an existing queue is used as it is.
    /// </summary>
    public string QueueType { get; init; } = "quorum";

    /// <summary>How long one call to the broker, or the wait for the next confirm, may take.</summary>
    public TimeSpan BrokerTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long publishing goes on trying while no connection to the broker succeeds.</summary>
    public TimeSpan ReconnectLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest pause between two attempts to connect to the broker.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long settling may show no movement before the run is judged as it stands.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often settling is looked at.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long one database statement may take.</summary>
    public TimeSpan DatabaseTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many differences are listed one by one; all are counted.</summary>
    public int ListedDifferences { get; init; } = 50;

    /// <summary>Whether the dead letters are read (and put back), and each matched with the message sent.</summary>
    public bool InspectDeadLetters { get; init; }

    /// <summary>What is wrong with these values, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (!(RatePerSecond is >= 0 and <= 10_000_000))
            problems.Add($"rate is {RatePerSecond}; it must be from 0 (no limit) to 10000000 messages a second");
        if (!(TraceRatio is >= 0 and <= 1))
            problems.Add($"trace ratio is {TraceRatio}; it must be from 0 to 1");
        if (Connections is < 1 or > 64)
            problems.Add($"connections is {Connections}; it must be from 1 to 64");
        if (Window is < 1 or > 100_000)
            problems.Add($"window is {Window}; it must be from 1 to 100000 messages");
        if (QueueType is not ("quorum" or "classic"))
            problems.Add($"queue type is {QueueType}; it must be quorum or classic");
        if (StallLimit < TimeSpan.FromSeconds(1) || StallLimit > TimeSpan.FromDays(1))
            problems.Add($"stall limit is {StallLimit.TotalSeconds} s; it must be from 1 to 86400 seconds");
        if (ListedDifferences is < 0 or > 100_000)
            problems.Add($"listed differences is {ListedDifferences}; it must be from 0 to 100000");
        return problems;
    }
}
