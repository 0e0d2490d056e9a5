namespace Votes.Ops;

/// <summary>What the process says with its exit status.</summary>
public static class ExitStatus
{
    /// <summary>It is done, and nothing is left to be done.</summary>
    public const int Done = 0;

    /// <summary>Something could not be done, or differs.</summary>
    public const int Failed = 1;

    /// <summary>Wrong options, or a server that is not there.</summary>
    public const int Unusable = 2;
}
