using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;
using RabbitMQ.Client;
using Votes.Grains.Interfaces;
using Votes.Ingest;
using Votes.Ingest.Configuration;
using Votes.Ingest.Lanes;
using Votes.Ingest.Laws;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Grains;

/// <summary>Votes on very many laws that no silo has seen, all at once, through the dispatcher to real activations.</summary>
public sealed class ColdLawsTests
{
    private const int Laws = 10_000;
    private const int Bound = 256;

    [Fact]
    public async Task Ten_thousand_cold_laws_at_once_are_activated_within_their_bound_and_all_counted()
    {
        await using var silos = await TallyCluster.StartAsync();
        var (inFlight, most) = (0, 0);
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = Laws;

        // With one message of prefetch there is always a backlog, so that flushes wait for no time to pass.
        var generation = new Generation(prefetch: 1, batch =>
        {
            if (Interlocked.Add(ref left, -batch.Count) == 0)
            {
                settled.SetResult();
            }
        });
        using var dispatcher = new VoteDispatcher(
            RecordAsync,
            static letter => throw new InvalidOperationException($"{letter.Poison.Reason}"),
            new DispatchOptions { CallsInFlight = 100_000, ColdCallsInFlight = Bound },
            new IngestMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry())),
            TimeProvider.System,
            NullLogger<VoteDispatcher>.Instance);
        ulong tag = 0;
        for (var law = 0; law < Laws; law += 100)
        {
            var batch = new DeliveryBatch(generation, 100, 0);
            for (var place = 0; place < 100; place++)
            {
                generation.Delivered(++tag);
                batch.Add(tag, new BasicProperties(), "body"u8, Vote(law + place));
            }

            batch.Close();
            dispatcher.Dispatch(batch);
        }

        await settled.Task.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Bound, most);
        Assert.Equal(Laws, silos.Store.Writes.Sum());
        Assert.Equal(Laws, silos.Store.Loads.Sum());
        Assert.InRange(silos.Store.Loads.Max(), 1, Bound);

        async Task<VoteBatchOutcome> RecordAsync(string lawId, VoteBatch batch, CancellationToken cancellationToken)
        {
            InterlockedMax(ref most, Interlocked.Increment(ref inFlight));
            try
            {
                return await silos.Law(lawId).RecordAsync(batch, cancellationToken);
            }
            finally
            {
                // Also where the call fails, as on a busy machine: the dispatcher sends its votes again.
                Interlocked.Decrement(ref inFlight);
            }
        }
    }

    private static Vote Vote(int law) => new(
        string.Create(CultureInfo.InvariantCulture, $"law {law}"),
        new CastVote(Guid.NewGuid(), Guid.NewGuid(), "yes", 0));

    private static void InterlockedMax(ref int most, int now)
    {
        for (var before = most; now > before; before = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, now, before);
        }
    }
}
