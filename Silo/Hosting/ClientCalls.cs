using Orleans.Runtime;
using Orleans.Serialization.Invocation;
using Prometheus;
using Votes.Grains.Interfaces;

namespace Votes.Silo.Hosting;

/// <summary>
/// Bounds what clients of the cluster may call: <see cref="ILawTallyGrain"/>, the reports of Ingests, and what Orleans' client
/// itself asks a silo.
/// Management, the grains of the board and the services of silos are refused. Calls of silos pass, and those that a silo's
/// own API makes.
/// </summary>
/// <remarks>
/// A client is known by the sender that Orleans' client library puts into each message. A program that writes such messages
/// itself can name another sender: TLS decides who may send messages at all, this filter what a member of the cluster
/// may ask for.
/// </remarks>
public sealed partial class ClientCalls : IIncomingGrainCallFilter
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    // Orleans' client fetches the list of grain types when it connects, and cancels calls whose token is cancelled. These
    // interfaces are not public; a version of Orleans that renames them fails here, at the start of each silo and test.
    private static readonly Type Manifest = OfOrleans("Orleans.Runtime.IClusterManifestSystemTarget");
    private static readonly Type Cancellation = OfOrleans("Orleans.Runtime.IGrainCallCancellationExtension");

    private readonly Counter _refused;
    private readonly TimeProvider _time;
    private readonly ILogger<ClientCalls> _logger;
    private long _loggedAt;

    /// <summary>Registers the metric.</summary>
    public ClientCalls(CollectorRegistry registry, TimeProvider time, ILogger<ClientCalls> logger)
    {
        _time = time;
        _logger = logger;
        _refused = Metrics.WithCustomRegistry(registry).CreateCounter(
            "votes_client_calls_refused_total", "Calls of cluster clients to grains that are for silos alone.");
    }

    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context) =>
        context.SourceId is { } source && IsClient(source) && !IsForClients(context.Request)
            ? throw Refuse(source, context)
            : context.Invoke();

    /// <summary>Whether a sender is a client of the cluster, and not the client that each silo has for its own API.</summary>
    internal static bool IsClient(GrainId source) =>
        source.IsClient() && !source.Key.AsSpan().StartsWith("hosted-"u8);

    // The request's own type: what a message says of its interface beside it does not count.
    private static bool IsForClients(IInvokable request)
    {
        var called = request.GetInterfaceType();
        return called == typeof(ILawTallyGrain) || called == Manifest || called == Cancellation
            || (called == typeof(IIngestRegistryGrain)
                && request.GetMethodName() == nameof(IIngestRegistryGrain.ReportAsync));
    }

    private static Type OfOrleans(string name) => typeof(IClusterClient).Assembly.GetType(name)
        ?? typeof(IGrainFactory).Assembly.GetType(name)
        ?? throw new TypeLoadException($"This version of Orleans has no {name}, which its clients call.");

    private UnauthorizedAccessException Refuse(GrainId source, IIncomingGrainCallContext context)
    {
        var (type, method) = (context.InterfaceName, context.MethodName);
        _refused.Inc();
        var (last, now) = (Interlocked.Read(ref _loggedAt), _time.GetTimestamp());
        if ((last == 0 || _time.GetElapsedTime(last, now) >= LogInterval)
            && Interlocked.CompareExchange(ref _loggedAt, now, last) == last)
        {
            LogRefused(_logger, source, type, method);
        }

        return new UnauthorizedAccessException(
            $"{type}.{method} is for silos alone. A client of this cluster may call {nameof(ILawTallyGrain)}.");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "A client of the cluster, {Client}, called {Interface}.{Method}, which is for silos alone, and was refused. Refusals "
        + "are logged once a minute; votes_client_calls_refused_total counts them")]
    private static partial void LogRefused(ILogger logger, GrainId client, string @interface, string method);
}
