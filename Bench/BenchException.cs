namespace Votes.Bench;

/// <summary>The bench cannot go on; the message tells the user why.</summary>
public sealed class BenchException : Exception
{
    /// <summary>A failure with its cause in words.</summary>
    public BenchException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with its cause in words and as it was thrown.</summary>
    public BenchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
