namespace Votes.Ingest.VoterKeys;

/// <summary>The database counts votes by another secret's voter keys.</summary>
public sealed class VoterKeyMismatchException : Exception
{
    private const string Text =
        "VoterKey:Secret is not the secret that the database's voter keys were made with: with this one, everybody " +
        "who has voted could vote again and be counted twice. Configure the secret that the database was set up with.";

    /// <summary>Creates the exception.</summary>
    public VoterKeyMismatchException()
        : base(Text)
    {
    }

    /// <summary>Creates the exception.</summary>
    public VoterKeyMismatchException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public VoterKeyMismatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
