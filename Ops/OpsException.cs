namespace Votes.Ops;

/// <summary>Something could not be done; the message says what, and what that means for the votes.</summary>
public sealed class OpsException(string message, int status, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The exit status that it ends with.</summary>
    public int Status { get; } = status;
}
