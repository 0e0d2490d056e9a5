namespace Votes.DeadLetters;

/// <summary>Something could not be done; the message says what, and what that means for the letters.</summary>
/// <param name="message">The message.</param>
/// <param name="isUnusable">Whether the broker is not there, or has not got what it must have: trying again is no help.</param>
/// <param name="cause">What it comes from.</param>
public sealed class DeadLettersException(string message, bool isUnusable, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Whether the broker is not there, or has not got what it must have.</summary>
    public bool IsUnusable { get; } = isUnusable;
}
