using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// One fault on a running cluster: injected once, healed once. What it does in between, again and again, is its own, and
/// ends with its healing, or with the cluster.
/// </summary>
internal abstract class Fault
{
    /// <summary>The processes whose end is the fault's own doing: a watch on unexpected ends leaves them out.</summary>
    public virtual IReadOnlyList<ServiceProcess> MayEnd => [];

    /// <summary>
    /// Whether the cluster must recover from the injection on, without the healing: others take over.
    /// </summary>
    public virtual bool HealsItself => false;

    /// <summary>Whether nothing may be published, ready or unacked when it is injected.</summary>
    public virtual bool NeedsQuietQueue => false;

    /// <summary>A figure that shows, after the healing, that the fault bit.</summary>
    public virtual string? Evidence => null;

    /// <summary>
    /// Whether it broke anything, known after the healing: a fault that met nothing to break shows nothing.
    /// </summary>
    public virtual bool Bit => true;

    /// <summary>
    /// What the cluster did wrong in a way that only the fault sees, one sentence each, such as a process that had to be
    /// killed where it should have stopped.
    /// </summary>
    public virtual IReadOnlyList<string> Problems => [];

    /// <summary>What is broken, such as "silo-2 killed (SIGKILL)".</summary>
    public abstract string Describe();

    /// <summary>Breaks it; returns when the fault is in effect.</summary>
    public abstract Task InjectAsync(CancellationToken cancellationToken);

    /// <summary>Returns when everything is as it was before; processes that ended are ready again.</summary>
    public abstract Task HealAsync(CancellationToken cancellationToken);
}
