using System.Text.Json;

namespace Votes.Silo.Access.Trail;

/// <summary>A row of the operator log.</summary>
/// <param name="Id">Its number; later rows have larger ones.</param>
/// <param name="At">When, by the database's clock.</param>
/// <param name="Who">key:… with the first 8 digits of the key's SHA-256, token:… with the token's subject, or anonymous.</param>
/// <param name="Action">What was asked for.</param>
/// <param name="Subject">The law that it was about; empty: none.</param>
/// <param name="Outcome">done, refused, begun, failed or suppressed.</param>
/// <param name="Address">The address that the request came from.</param>
/// <param name="Details">What else there is to know.</param>
public sealed record OperatorLogEntry(
    long Id,
    DateTimeOffset At,
    string Who,
    string Action,
    string Subject,
    string Outcome,
    string? Address,
    IReadOnlyDictionary<string, JsonElement> Details);
