namespace Votes.LoadTest.Planning;

/// <summary>What a dead letter must carry in its headers.</summary>
/// <param name="Reason">The code in <c>x-votes-reason</c>.</param>
/// <param name="Field">The field in <c>x-votes-field</c>; empty where the message as a whole is at fault.</param>
public sealed record ExpectedRejection(string Reason, string Field);
