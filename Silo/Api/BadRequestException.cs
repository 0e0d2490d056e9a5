namespace Votes.Silo.Api;

/// <summary>What was asked for makes no sense; the message says which part and why. Answered with 400.</summary>
public sealed class BadRequestException(string message) : Exception(message);
