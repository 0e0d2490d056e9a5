using Orleans.Concurrency;

namespace Votes.Grains.Board;

/// <summary>The board of the busiest laws; one for the cluster, whose key is <see cref="BoardStream.Key"/>.</summary>
[Alias("Votes.IBoardGrain")]
public interface IBoardGrain : IGrainWithStringKey
{
    /// <summary>The board now, from memory: about a second behind the commits.</summary>
    /// <param name="laws">The most laws to show, 0 or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [AlwaysInterleave]
    [Alias("GetAsync")]
    Task<BoardView> GetAsync(int laws, CancellationToken cancellationToken = default);
}
