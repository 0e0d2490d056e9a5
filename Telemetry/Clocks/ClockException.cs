namespace Votes.Telemetry.Clocks;

/// <summary>This machine's clock and the database's differ by more than they may. The message names both times.</summary>
public sealed class ClockException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ClockException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public ClockException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public ClockException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
