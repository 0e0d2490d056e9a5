namespace Votes.Grains.Interfaces;

/// <summary>
/// The law's grain cannot read the vote batch, whoever answers for the law: sending the same again does not help. A type
/// of its own, because an <see cref="ArgumentException"/> can come from anywhere on the way.
/// </summary>
[GenerateSerializer]
[Alias("Votes.MalformedVoteBatchException")]
public sealed class MalformedVoteBatchException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public MalformedVoteBatchException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public MalformedVoteBatchException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public MalformedVoteBatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
