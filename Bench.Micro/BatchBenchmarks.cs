using System.Buffers;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Votes.Grains.Interfaces;

namespace Votes.Bench.Micro;

/// <summary>A batch of votes on its way from Ingest to the law's grain and into its memory. Figures are of one vote.</summary>
public class BatchBenchmarks
{
    private const int Number = 500;

    private readonly CastVote[] _votes = SampleVotes.OnOneLaw(Number);
    private readonly ArrayBufferWriter<byte> _wire = new();
    private Serializer<VoteBatch>? _batches;
    private Serializer<PlainWireVote[]>? _arrays;
    private PlainWireVote[] _plain = [];

    /// <summary>Makes the serializers, Orleans' own.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        _batches = services.GetRequiredService<Serializer<VoteBatch>>();
        _arrays = services.GetRequiredService<Serializer<PlainWireVote[]>>();
        _plain = [.. _votes.Select(static vote => new PlainWireVote(
            vote.VoteId, vote.Voter, vote.Choice, vote.CastAtMicroseconds))];
    }

    /// <summary>Packed, as the cluster sends it.</summary>
    [Benchmark(OperationsPerInvoke = Number)]
    public long Packed()
    {
        _wire.ResetWrittenCount();
        _batches!.Serialize(VoteBatchWriter.Pack(_votes), _wire);
        var reader = new VoteBatchReader(_batches.Deserialize(_wire.WrittenMemory));
        var sum = 0L;
        for (var vote = 0; vote < reader.Count; vote++)
        {
            sum += reader[vote].CastAtMicroseconds;
        }

        return sum;
    }

    /// <summary>What one would write instead: an array of structs, which Orleans writes element by element.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Number)]
    public long ArrayOfStructs()
    {
        _wire.ResetWrittenCount();
        _arrays!.Serialize(_plain, _wire);
        var sum = 0L;
        foreach (var vote in _arrays.Deserialize(_wire.WrittenMemory)!)
        {
            sum += vote.CastAtMicroseconds;
        }

        return sum;
    }
}
