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
        Dispatcher = Create(new DispatchOptions { CallsInFlightPerLaw = 2 }, Grains.RecordAsync);
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

    private protected void Replace(DispatchOptions options, FakeGrains? grains = null) =>
        Replace(options, (grains ?? Grains).RecordAsync);

    private protected void Replace(DispatchOptions options, RecordVotes record)
    {
        Dispatcher.Dispose();
        Dispatcher = Create(options, record);
    }

    protected DeliveryBatch Dispatch(params string[] laws) => Dispatch([.. laws.Select(NewVote)]);

    protected DeliveryBatch Dispatch(params Vote[] votes)
    {
        var batch = new DeliveryBatch(Current, votes.Length, Time.GetTimestamp());
        foreach (var vote in votes)
        {
            batch.Add(++Tag, new BasicProperties(), "body"u8, vote);
        }

        batch.Close();
        Dispatcher.Dispatch(batch);
        return batch;
    }

    protected static Vote NewVote(string law) => NewVote(law, Guid.NewGuid(), "yes");

    protected static Vote NewVote(string law, Guid voter, string choice) =>
        new(law, new CastVote(Guid.NewGuid(), voter, choice, 0));

    private VoteDispatcher Create(DispatchOptions options, RecordVotes record) =>
        new(
            record,
            _deadLetters.Add,
            options,
            new IngestMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry())),
            Time,
            NullLogger<VoteDispatcher>.Instance,
            random: () => 1);
}
