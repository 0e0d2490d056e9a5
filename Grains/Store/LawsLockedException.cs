namespace Votes.Grains.Store;

/// <summary>Another transaction holds locks that a write of some laws needs. Nothing was written; the other laws can be.</summary>
public sealed class LawsLockedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="lawIds">The laws, at least one.</param>
    /// <param name="innerException">What the driver said.</param>
    public LawsLockedException(IReadOnlyCollection<string> lawIds, Exception innerException)
        : base($"Another transaction holds locks of {lawIds.Count} laws.", innerException) =>
        LawIds = lawIds;

    /// <summary>The laws, at least one.</summary>
    public IReadOnlyCollection<string> LawIds { get; }

    /// <summary>A short word for metrics: the SQLSTATE.</summary>
    public string ErrorType { get; } = Npgsql.PostgresErrorCodes.LockNotAvailable;
}
