namespace Votes.Grains.Store;

/// <summary>The database refuses at least one of the rows for what it holds; trying the same again does not help.</summary>
public sealed class RowsRefusedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="sqlState">The SQLSTATE that the database gave.</param>
    /// <param name="innerException">What the driver said.</param>
    public RowsRefusedException(string sqlState, Exception innerException)
        : base($"The database refuses a row ({sqlState}).", innerException) =>
        SqlState = sqlState;

    /// <summary>The SQLSTATE that the database gave.</summary>
    public string SqlState { get; }
}
