namespace Votes.Silo.Api;

/// <summary>A limit of the silo is reached; the message says which. Answered with 503.</summary>
public sealed class TooBusyException(string message) : Exception(message);
