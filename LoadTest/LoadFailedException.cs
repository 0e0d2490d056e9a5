namespace Votes.LoadTest;

/// <summary>A run could not be done; the message says what was not reachable, or what went missing.</summary>
public sealed class LoadFailedException : Exception
{
    /// <summary>A failure with its cause in words.</summary>
    public LoadFailedException(string message) : base(message)
    {
    }

    /// <summary>A failure with its cause in words and as it was thrown.</summary>
    public LoadFailedException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
