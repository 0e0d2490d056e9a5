using Xunit;

namespace Votes.Tests.Telemetry;

/// <summary>
/// Tests that listen to spans, or that need that nobody does: listeners are the whole process's, so these run alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TracesCollection
{
    public const string Name = "Traces";
}
