using Votes.Grains.Interfaces;

namespace Votes.Ingest.Laws;

/// <summary>
/// Sends votes on one law to its grain and returns when their outcomes are durable: see
/// <see cref="ILawTallyGrain.RecordAsync"/>.
/// </summary>
/// <param name="lawId">The law.</param>
/// <param name="batch">Its votes.</param>
/// <param name="cancellationToken">Ends the wait.</param>
public delegate Task<VoteBatchOutcome> RecordVotes(string lawId, VoteBatch batch, CancellationToken cancellationToken);
