using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// The queue that votes arrive on is deleted while it is empty, and declared again: the broker cancels its consumers,
/// which have to consume anew. Nothing may be published meanwhile.
/// </summary>
internal sealed class DeletedQueue(DrillCluster drill) : Fault
{
    private static readonly TimeSpan EmptyLimit = TimeSpan.FromSeconds(30);

    private long _consumers;

    public override bool NeedsQuietQueue => true;

    public override string? Evidence => $"{_consumers} consumers were cancelled";

    public override bool Bit => _consumers > 0;

    public override string Describe() => "the empty queue deleted and declared again";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        for (var start = clock.GetTimestamp(); await drill.Queues.MessagesAsync(cancellationToken) is > 0 and var left;)
        {
            if (clock.GetElapsedTime(start) > EmptyLimit)
                throw new ClusterException($"The queue was to be deleted while it is empty, and has {left} messages.");
        }

        _consumers = await drill.Queues.DeleteAndDeclareAsync(cancellationToken);
    }

    public override Task HealAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
