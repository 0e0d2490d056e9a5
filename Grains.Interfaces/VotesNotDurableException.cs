namespace Votes.Grains.Interfaces;

/// <summary>
/// Votes could not be written in time. What became of them is unknown: send the same votes again, the unique key of the
/// audit makes that harmless.
/// </summary>
[GenerateSerializer]
[Alias("Votes.VotesNotDurableException")]
public sealed class VotesNotDurableException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public VotesNotDurableException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public VotesNotDurableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public VotesNotDurableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
