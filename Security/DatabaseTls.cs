using System.Security.Authentication;
using System.Security.Cryptography;

namespace Votes.Security;

/// <summary>
/// TLS to the database. What is verified is the driver's business, by the connection string (SSL Mode, Root Certificate);
/// but the driver does not say what was wrong, nor lets anybody look on who would.
/// </summary>
public static class DatabaseTls
{
    /// <summary>What went wrong, in a sentence: where a certificate was refused, what it has to be like.</summary>
    public static string Tell(Exception exception)
    {
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
        }

        return exception.Message;
    }
}
