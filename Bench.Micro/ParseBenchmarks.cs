using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Votes.Grains.Interfaces;
using Votes.Ingest.Messages;
using Votes.Ingest.VoterKeys;

namespace Votes.Bench.Micro;

/// <summary>From a delivery's bytes to a vote. Figures are of one message.</summary>
public class ParseBenchmarks
{
    private const int Number = 1_000;

    private readonly byte[][] _messages = SampleVotes.Messages(Number, laws: 100);
    private readonly VoterKeyHasher _voterKeys =
        new VoterKey(new byte[VoterKey.MinSecretBytes]).CreateHasher(VoterKeyRegistry.Newest);
    private VoteParser? _parser;

    /// <summary>Makes the parser.</summary>
    [GlobalSetup]
    public void Prepare() => _parser = new VoteParser(_voterKeys, cachedLaws: 1_000);

    /// <summary>Gives the hasher back.</summary>
    [GlobalCleanup]
    public void Clean() => _voterKeys.Dispose();

    /// <summary>Ingest's parser, the voter's key included.</summary>
    [Benchmark(OperationsPerInvoke = Number)]
    public long Parse()
    {
        var sum = 0L;
        foreach (var message in _messages)
        {
            if (!_parser!.TryParse(message, 0, out var vote, out var poison))
            {
                throw new InvalidOperationException(poison.Detail);
            }

            sum += vote.Cast.CastAtMicroseconds;
        }

        return sum;
    }

    /// <summary>The voter's key alone: HMAC-SHA-256.</summary>
    [Benchmark(OperationsPerInvoke = Number)]
    public Guid VoterKeys()
    {
        var last = Guid.Empty;
        foreach (var message in _messages)
        {
            last = _voterKeys.Hash("law-2026-001", message.AsSpan(0, 16));
        }

        return last;
    }

    /// <summary>What one would write instead: System.Text.Json into an object; no key, no check of what is in it.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Number)]
    public long JsonSerializerAlone()
    {
        var sum = 0L;
        foreach (var message in _messages)
        {
            sum += JsonSerializer.Deserialize<PlainVote>(message)!.cast_at.Ticks;
        }

        return sum;
    }

#pragma warning disable IDE1006, CA1812, SA1300 // The contract's names; made by the serializer.
    private sealed record PlainVote(Guid vote_id, string law_id, string voter_id, string choice, DateTimeOffset cast_at);
#pragma warning restore IDE1006, CA1812, SA1300
}
