namespace Votes.Silo.Hosting;

/// <summary>A database session lacks the settings that it was opened with. The message says which, and what to do.</summary>
public sealed class DroppedSettingsException : Exception
{
    /// <summary>Creates the exception.</summary>
    public DroppedSettingsException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public DroppedSettingsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public DroppedSettingsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
