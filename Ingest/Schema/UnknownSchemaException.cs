namespace Votes.Ingest.Schema;

/// <summary>The database has had a schema script that this program was not built with.</summary>
public sealed class UnknownSchemaException : Exception
{
    /// <summary>Creates the exception.</summary>
    public UnknownSchemaException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public UnknownSchemaException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public UnknownSchemaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
