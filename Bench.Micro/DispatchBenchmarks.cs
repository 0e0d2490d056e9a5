using System.Globalization;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;
using RabbitMQ.Client;
using Votes.Grains.Interfaces;
using Votes.Ingest;
using Votes.Ingest.Configuration;
using Votes.Ingest.Lanes;
using Votes.Ingest.Laws;
using Votes.Ingest.Messages;

namespace Votes.Bench.Micro;

/// <summary>
/// Delivery batches through the dispatcher to calls, and the calls' answers back. Calls end when all votes of a step were
/// dispatched, as a flush ends them all at once. Figures are of one vote.
/// </summary>
public class DispatchBenchmarks : IDisposable
{
    private const int Number = 20_000;
    private const int BatchMessages = 100;

    private static readonly BasicProperties Properties = new();

    private readonly List<(int Votes, TaskCompletionSource<VoteBatchOutcome> Outcome)> _open = [];
    private readonly Generation _generation = new(prefetch: 2 * Number, static _ => { });
    private Vote[] _votes = [];
    private VoteDispatcher? _dispatcher;

    /// <summary>How many laws the votes are on.</summary>
    [Params(1, 100, 10_000)]
    public int Laws { get; set; }

    /// <summary>Makes the votes, each by another person.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        var laws = Enumerable.Range(0, Laws)
            .Select(static law => string.Create(CultureInfo.InvariantCulture, $"law-{law:000000}")).ToArray();
        var random = new Random(1);
        _votes = [.. SampleVotes.OnOneLaw(Number).Select(
            vote => new Vote(laws[random.Next(Laws)], vote))];
        _dispatcher = new VoteDispatcher(
            RecordAsync,
            static _ => { },
            new DispatchOptions(),
            new IngestMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry())),
            TimeProvider.System,
            NullLogger<VoteDispatcher>.Instance);
    }

    /// <summary>All of the votes, until the last one is settled.</summary>
    [Benchmark(OperationsPerInvoke = Number)]
    public int DispatchAndSettle()
    {
        var tag = _generation.LastDelivered;
        for (var from = 0; from < Number; from += BatchMessages)
        {
            var batch = new DeliveryBatch(_generation, BatchMessages, 0);
            for (var place = from; place < from + BatchMessages; place++)
            {
                _generation.Delivered(++tag);
                batch.Add(tag, Properties, "body"u8, _votes[place]);
            }

            batch.Close();
            _dispatcher!.Dispatch(batch);
        }

        var calls = 0;
        while (_open.Count > 0)
        {
            // Answers bring more calls.
            var answered = _open.ToArray();
            _open.Clear();
            calls += answered.Length;
            foreach (var (votes, outcome) in answered)
            {
                outcome.SetResult(new VoteBatchOutcome(votes, 0, 0, []));
            }
        }

        return calls;
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _dispatcher?.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task<VoteBatchOutcome> RecordAsync(string lawId, VoteBatch batch, CancellationToken cancellationToken)
    {
        var outcome = new TaskCompletionSource<VoteBatchOutcome>();
        _open.Add((new VoteBatchReader(batch).Count, outcome));
        return outcome.Task;
    }
}
