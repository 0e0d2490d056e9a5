namespace Votes.Grains.Store;

/// <summary>The database could not be used, or did not say how a transaction ended: try the same again.</summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errorType">A short word for metrics: the SQLSTATE, or what kind of fault it was.</param>
    /// <param name="innerException">What the driver said.</param>
    public StoreUnavailableException(string errorType, Exception innerException)
        : base($"The database could not be used ({errorType}): {innerException.Message}", innerException) =>
        ErrorType = errorType;

    /// <summary>A short word for metrics: the SQLSTATE, or what kind of fault it was.</summary>
    public string ErrorType { get; }
}
