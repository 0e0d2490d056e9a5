namespace Votes.Ingest.Configuration;

/// <summary>
/// Configuration that the process must not start with. The message names each key, its value and its bound.
/// </summary>
public sealed class InvalidConfigurationException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public InvalidConfigurationException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public InvalidConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public InvalidConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
