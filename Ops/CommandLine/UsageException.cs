namespace Votes.Ops.CommandLine;

/// <summary>The command line makes no sense; the message says which option, its value and its bound.</summary>
public sealed class UsageException(string problem) : Exception(problem);
