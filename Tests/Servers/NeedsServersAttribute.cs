using Xunit.v3;

namespace Votes.Tests.Servers;

/// <summary>Marks a test class that starts servers or processes; `make test-unit` leaves it out.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsServersAttribute : Attribute, ITraitAttribute
{
    /// <summary>The trait by which the test runner filters.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Needs", "Servers")];
}
