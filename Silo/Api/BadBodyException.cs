using System.Text.Json;

namespace Votes.Silo.Api;

/// <summary>A field of a body breaks a rule that the field's type alone does not tell. The message goes on after the
/// field's name.</summary>
/// <param name="message">The rule: "must be ...".</param>
public sealed class BadBodyException(string message) : JsonException(message);
