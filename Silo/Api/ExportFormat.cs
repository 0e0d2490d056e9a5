namespace Votes.Silo.Api;

/// <summary>The form of an export.</summary>
public enum ExportFormat
{
    /// <summary>Comma separated values, with a line of names first.</summary>
    Csv,

    /// <summary>A JSON object a line.</summary>
    Ndjson,
}
