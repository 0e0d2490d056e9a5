using Orleans.Runtime;
using Votes.Grains.Interfaces;
using Votes.Silo.Operators;

namespace Votes.Silo.Closing;

/// <summary>Asks the broker, the Ingests and the silos for the votes that are not settled.</summary>
public sealed class IntakeReader(QueueReader queues, ClusterReader cluster, IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly long _start = time.GetTimestamp();

    /// <summary>A clock that only goes forward.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Queue and Ingests, the queue first: what leaves it in between is with an Ingest.</summary>
    public async Task<IntakeSample> ReadAsync(CancellationToken cancellationToken)
    {
        var at = Now;
        var queue = await queues.ReadNowAsync(cancellationToken);
        if (queue.Votes is not { } votes)
        {
            return new IntakeSample(at, null, null, null, queue.Problem ?? "The broker could not be asked.");
        }

        try
        {
            var ingests = await grains.GetGrain<IIngestRegistryGrain>(IIngestRegistryGrain.Key)
                .GetAsync(cancellationToken).WaitAsync(Limit, time, cancellationToken);
            return new IntakeSample(at, votes.Ready, votes.Consumers, ingests, null);
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            return new IntakeSample(at, votes.Ready, votes.Consumers, null, "The Ingests' reports could not be read.");
        }
    }

    /// <summary>Votes that a closing at this moment may reject: those in the queue, and those that silos or Ingests
    /// hold.</summary>
    /// <returns>How many, or why it is not known.</returns>
    public async Task<(long? Votes, string? Problem)> WaitingAsync(CancellationToken cancellationToken)
    {
        var intake = await ReadAsync(cancellationToken);
        if (intake.Ready is not { } ready || intake.Ingests is null)
        {
            return (null, intake.Problem);
        }

        var silos = (await cluster.ReadAsync(cancellationToken)).Silos.Where(static silo => silo.Status == "active").ToList();
        if (silos.Find(static silo => silo.PendingVotes is null) is { } silent)
        {
            return (null, $"The silo {silent.Name} does not say how many votes it holds.");
        }

        // Votes that a silo holds are among those that an Ingest has not acked, where they came from one.
        var pending = silos.Sum(static silo => silo.PendingVotes ?? 0);
        var unacked = intake.Ingests.Sum(static ingest => ingest.Report.Unacked);
        return (ready + Math.Max(pending, unacked), null);
    }
}
