namespace Votes.Grains.Interfaces;

/// <summary>
/// The silo does not know the vote batch's format: it is older than the sender. Hold the votes and send them again, until
/// a newer silo answers for the law.
/// </summary>
[GenerateSerializer]
[Alias("Votes.UnknownBatchFormatException")]
public sealed class UnknownBatchFormatException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public UnknownBatchFormatException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public UnknownBatchFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public UnknownBatchFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
