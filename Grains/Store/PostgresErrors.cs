using Npgsql;

namespace Votes.Grains.Store;

/// <summary>Tells what a database error means for the rows that were being written.</summary>
public static class PostgresErrors
{
    /// <summary>
    /// Whether the fault lies in a row's values, so that the row is to be set apart and the rest written: class 22 (data
    /// exception), 23502 and 23514 (a null, a check), 54000 (a key too large for its index). Anything else, a missing
    /// permission or table among it, is the installation's fault: the votes are good and must wait.
    /// </summary>
    public static bool IsRowsFault(string sqlState) =>
        sqlState.StartsWith("22", StringComparison.Ordinal)
        || sqlState is PostgresErrorCodes.NotNullViolation
            or PostgresErrorCodes.CheckViolation
            or PostgresErrorCodes.ProgramLimitExceeded;

    /// <summary>
    /// Whether a lock was waited for in vain: the server has rolled the transaction back, and the connection is good.
    /// </summary>
    public static bool IsLocked(string sqlState) => sqlState == PostgresErrorCodes.LockNotAvailable;

    /// <summary>
    /// Whether the server cannot serve at the moment, so that the same may succeed later: connections (class 08), resources
    /// (53), operators' doings (57), its own faults of the moment (55, 58), victims of deadlocks and conflicts (40). Anything
    /// else, a missing table or right among it, will fail again.
    /// </summary>
    public static bool IsOutage(string sqlState) =>
        sqlState.Length == 5 && sqlState[..2] is "08" or "53" or "57" or "55" or "58" or "40";

    /// <summary>A short word for metrics: the SQLSTATE where the server gave one, else the kind of fault.</summary>
    public static string TypeOf(Exception exception) => exception switch
    {
        PostgresException server => server.SqlState,
        OperationCanceledException or TimeoutException => "timeout",
        NpgsqlException { InnerException: TimeoutException } => "timeout",
        NpgsqlException => "connection",
        _ => exception.GetType().Name,
    };

    /// <summary>Whether the exception says that the database could not be used.</summary>
    public static bool IsUnavailable(Exception exception) =>
        exception is NpgsqlException or OperationCanceledException or TimeoutException or IOException;
}
