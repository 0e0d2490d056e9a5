using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using RabbitMQ.Client;
using Votes.Grains.Interfaces;
using Votes.Ingest;
using Votes.Ingest.Configuration;
using Votes.Ingest.DeadLetters;
using Votes.Ingest.Lanes;
using Votes.Ingest.Laws;
using Votes.Ingest.Messages;

namespace Votes.Tests.Ingest;

/// <summary>A dispatcher with a fake clock, and grains that the test answers for.</summary>
public abstract class VoteDispatcherScene : IDisposable
{
    private readonly List<DeadLetter> _deadLetters = [];
    private readonly List<DeliveryBatch> _settled = [];

    protected VoteDispatcherScene()
    {
        Current = new Generation(prefetch: 1000, _settled.Add);
        Dispatcher = Create(new DispatchOptions { CallsInFlightPerLaw = 2 });
    }

    private protected FakeGrains Grains { get; } = new();

    protected FakeTimeProvider Time { get; } = new();

    protected Generation Current { get; }

    protected VoteDispatcher Dispatcher { get; private set; }

    protected IReadOnlyList<DeadLetter> DeadLetters => _deadLetters;

    protected IReadOnlyList<DeliveryBatch> Settled => _settled;

    protected ulong Tag { get; set; }

    public void Dispose()
    {
        Dispatcher.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Replace(DispatchOptions options, FakeGrains? grains = null)
    {
        Dispatcher.Dispose();
        Dispatcher = Create(options, grains);
    }

    protected DeliveryBatch Dispatch(params string[] laws)
    {
        var batch = new DeliveryBatch(Current, laws.Length, Time.GetTimestamp());
        foreach (var law in laws)
        {
            batch.Add(++Tag, new BasicProperties(), "body"u8, NewVote(law));
        }

        batch.Close();
        Dispatcher.Dispatch(batch);
        return batch;
    }

    protected static Vote NewVote(string law) => new(law, new CastVote(Guid.NewGuid(), Guid.NewGuid(), "yes", 0));

    private VoteDispatcher Create(DispatchOptions options, FakeGrains? grains = null) =>
        new(
            (grains ?? Grains).RecordAsync,
            _deadLetters.Add,
            options,
            new IngestMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry())),
            Time,
            NullLogger<VoteDispatcher>.Instance,
            random: () => 1);
}
