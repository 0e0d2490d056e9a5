namespace Votes.Grains.Flush;

/// <summary>
/// Flushes what is pending as the first thing that a silo does at its stop: a law is deactivated only once its calls have
/// ended, and without this they would wait for the flush interval.
/// </summary>
/// <param name="writer">The silo's writer.</param>
public sealed class FlushAtStop(TallyWriter writer) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(FlushAtStop),
        ServiceLifecycleStage.Last,
        static _ => Task.CompletedTask,
        _ =>
        {
            writer.AskAll();
            return Task.CompletedTask;
        });
}
