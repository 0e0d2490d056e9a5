using Orleans.Core.Internal;

namespace Votes.Grains.Placement;

/// <summary>Where one activation of a law is, and whether it should be elsewhere. Owned by its grain.</summary>
internal sealed class LawPlace(IGrainContext activation, SiloJoins joins, TimeProvider time)
{
    private const double Hashes = 1.0 + uint.MaxValue;

    private readonly double _share = activation.GrainId.GetUniformHashCode() / Hashes;
    private long _looked = time.GetTimestamp();

    /// <summary>
    /// Once after a silo has joined: asks Orleans where the law would be placed now, and moves it if that is another silo.
    /// Calls that run are answered first, later ones follow it there.
    /// </summary>
    public async Task MoveIfDueAsync()
    {
        if (joins.IsDue(_looked, _share))
        {
            _looked = time.GetTimestamp();
            await activation.GetComponent<IGrainManagementExtension>()!.MigrateOnIdle();
        }
    }
}
