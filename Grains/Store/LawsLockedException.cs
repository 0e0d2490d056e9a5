namespace Votes.Grains.Store;

/// <summary>Somebody holds locks on totals of some laws. Nothing was written; the other laws can be.</summary>
public sealed class LawsLockedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="lawIds">The laws, at least one.</param>
    /// <param name="innerException">What the driver said.</param>
    public LawsLockedException(IReadOnlyCollection<string> lawIds, Exception innerException)
        : base($"The totals of {lawIds.Count} laws are locked by somebody else.", innerException) =>
        LawIds = lawIds;

    /// <summary>The laws, at least one.</summary>
    public IReadOnlyCollection<string> LawIds { get; }

    /// <summary>A short word for metrics: the SQLSTATE.</summary>
    public string ErrorType { get; } = Npgsql.PostgresErrorCodes.LockNotAvailable;
}
