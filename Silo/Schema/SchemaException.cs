namespace Votes.Silo.Schema;

/// <summary>
/// The database's schema is not one that this program can work with, or could not be made so. The message says why and
/// what to do; trying again does not help.
/// </summary>
public sealed class SchemaException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public SchemaException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public SchemaException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public SchemaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
