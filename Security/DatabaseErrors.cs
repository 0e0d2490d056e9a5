using System.Data.Common;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace Votes.Security;

/// <summary>
/// What is wrong with a database that cannot be used, in a sentence that says what to do. The driver verifies certificates by
/// the connection string (SSL Mode, Root Certificate) and says only that it refuses one; the server's own words for a standby
/// and a pooler's for start-up options lead nowhere.
/// </summary>
public static class DatabaseErrors
{
    /// <summary>What a server that takes no writes is, and what to set. It has the SQLSTATE of a write there.</summary>
    public const string ReadOnly =
        "This PostgreSQL server takes no writes (25006): it is a standby, or its role, database or server is set read-only. "
        + "Where the connection string names several hosts, add Target Session Attributes=primary.";

    private const string ReadOnlyTransaction = "25006";
    private const string ProtocolViolation = "08P01";

    /// <summary>What went wrong, in a sentence.</summary>
    public static string Tell(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is AuthenticationException)
            {
                return "The database's certificate is refused. It must be signed by an authority in the connection string's "
                    + $"Root Certificate, be for the host's name there, and not be out of date. ({inner.Message})";
            }

            // The file of the Root Certificate: the driver only says that the handshake failed.
            if (inner is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException
                or CryptographicException)
            {
                return $"{exception.Message}: {inner.Message}";
            }

            if (inner is DbException { SqlState: ReadOnlyTransaction })
            {
                return $"{ReadOnly} ({inner.Message})";
            }

            if (inner is DbException { SqlState: ProtocolViolation }
                && inner.Message.Contains("startup parameter", StringComparison.Ordinal))
            {
                return "A pooler such as PgBouncer stands before PostgreSQL and refuses the settings of a session "
                    + $"(statement_timeout and others). Connect to PostgreSQL itself. ({inner.Message})";
            }
        }

        return exception.Message;
    }
}
