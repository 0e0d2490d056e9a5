using Npgsql;

namespace Votes.Silo.Schema;

/// <summary>Tells a server that is not up yet from one that says no.</summary>
internal static class DatabaseServer
{
    /// <summary>
    /// True for what a server answers while it starts, stops or is full, and for no answer at all (a host name that does
    /// not resolve yet counts as none). A wrong password, a database that does not exist and every other refusal is
    /// false: waiting does not change it.
    /// </summary>
    public static bool IsNotUp(Exception exception) => exception switch
    {
        PostgresException refused => refused.SqlState
            is PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.TooManyConnections,
        // The file of the connection string's Root Certificate: waiting will not bring it.
        NpgsqlException { InnerException: FileNotFoundException or DirectoryNotFoundException } => false,
        NpgsqlException failed => failed.IsTransient,
        _ => false,
    };
}
