using BenchmarkDotNet.Attributes;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;

namespace Votes.Bench.Micro;

/// <summary>What the law's grain does with a batch, the database left out. Figures are of one vote.</summary>
public class CountBenchmarks
{
    private const int Number = 500;

    private readonly VoteBatch _batch = VoteBatchWriter.Pack(SampleVotes.OnOneLaw(Number));
    private readonly Law _law = Law.Unregistered("law-00001").Registered();
    private readonly VoteOutcome[] _outcomes = [.. Enumerable.Repeat(VoteOutcome.Counted, Number)];
    private readonly Tally _tally = new();

    /// <summary>Unpack, judge, accept, lay out for the database, settle, add up.</summary>
    [Benchmark(OperationsPerInvoke = Number)]
    public int Count()
    {
        var screened = ScreenedBatch.Screen(_batch, _law, acceptUnknownLaws: true);
        var rows = new FlushRows();
        foreach (var vote in screened.Accepted)
        {
            _tally.Accept(vote.Choice);
            rows.Add(_law.LawId, vote);
        }

        foreach (var vote in screened.Accepted)
        {
            _tally.Settle(vote.Choice);
        }

        return screened.ToOutcome(_outcomes).Counted + rows.Count;
    }
}
