using Votes.Grains.Interfaces;

namespace Votes.Tests.Silo.Api;

/// <summary>Drops what grains tell watchers, as a network does that loses every message of theirs.</summary>
internal sealed class DroppedNews : IOutgoingGrainCallFilter
{
    private int _count;

    /// <summary>How many calls were dropped.</summary>
    public int Count => Volatile.Read(ref _count);

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType != typeof(ITallyWatcher))
        {
            return context.Invoke();
        }

        Interlocked.Increment(ref _count);
        return Task.CompletedTask;
    }
}
