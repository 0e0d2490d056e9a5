namespace Votes.LoadTest.CommandLine;

/// <summary>The command line or the endpoints make no sense; one sentence for each value that does not.</summary>
public sealed class UsageException(params string[] problems) : Exception(string.Join(Environment.NewLine, problems));
