using System.Reflection;
using RabbitMQ.Client;

namespace Votes.Tests.Telemetry;

/// <summary>A message's properties that nobody may look at.</summary>
public class UntouchedProperties : DispatchProxy
{
    /// <summary>Makes them.</summary>
    public static IReadOnlyBasicProperties New() => Create<IReadOnlyBasicProperties, UntouchedProperties>();

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        throw new InvalidOperationException($"Somebody called {targetMethod?.Name}.");
}
