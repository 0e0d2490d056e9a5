using CsCheck;
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
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class VoteDispatcherPropertyTests
{
    /// <summary>What happens next: a delivery batch, an answer to an open call, or time.</summary>
    private static readonly Gen<(int Kind, int Choice)[]> Steps =
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 1_000_000]).Array[1, 150];

    [Fact]
    public void Whatever_happens_every_vote_has_one_outcome_before_its_batch_settles_and_none_is_sent_after() =>
        Steps.Sample(steps =>
        {
            var time = new FakeTimeProvider();
            var grains = new FakeGrains();
            var letters = new List<DeadLetter>();
            var settled = new HashSet<DeliveryBatch>();
            var batches = new List<(DeliveryBatch Batch, Guid[] Ids)>();
            var done = new HashSet<Guid>();
            var generation = new Generation(1000, batch =>
            {
                Assert.True(settled.Add(batch));
                Assert.All(batches.Single(known => known.Batch == batch).Ids, id => Assert.Contains(id, done));
            });
            var options = new DispatchOptions { CallsInFlight = 4, CallsInFlightPerLaw = 2 };
            using var dispatcher = new VoteDispatcher(
                grains.RecordAsync,
                letters.Add,
                options,
                new IngestMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry())),
                time,
                NullLogger<VoteDispatcher>.Instance,
                () => 0.5);

            foreach (var (kind, choice) in steps)
            {
                Step(kind, choice);
                Assert.InRange(grains.Open.Count, 0, options.CallsInFlight);
                Assert.All(
                    grains.Open.GroupBy(call => call.LawId),
                    calls => Assert.InRange(calls.Count(), 1, options.CallsInFlightPerLaw));
            }

            while (settled.Count < batches.Count)
            {
                Step(3, 0);
                time.Advance(options.RetryMaxDelay);
            }

            Assert.Equal(0, dispatcher.ActiveLaws);
            Assert.Empty(grains.Open);

            void Step(int kind, int choice)
            {
                var open = grains.Open;
                if (kind == 0)
                {
                    Deliver(choice);
                }
                else if (kind == 1)
                {
                    time.Advance(TimeSpan.FromMilliseconds(choice % 3000));
                }
                else if (open.Count > 0)
                {
                    Answer(open[choice % open.Count], kind, choice);
                }
            }

            void Deliver(int choice)
            {
                var batch = new DeliveryBatch(generation, 1 + (choice % 20), 0);
                var ids = new List<Guid>();
                while (!batch.IsFull)
                {
                    ids.Add(Guid.NewGuid());
                    var vote = new CastVote(ids[^1], Guid.NewGuid(), "yes", 0);
                    var law = $"law {choice / (ids.Count + 1) % 5}";
                    batch.Add(generation.LastDelivered + 1, new BasicProperties(), "x"u8, new Vote(law, vote));
                    generation.Delivered(generation.LastDelivered + 1);
                }

                batches.Add((batch, [.. ids]));
                batch.Close();
                dispatcher.Dispatch(batch);
            }

            void Answer(FakeCall call, int kind, int choice)
            {
                Assert.All(call.VoteIds, id => Assert.DoesNotContain(id, done));
                var before = letters.Count;
                switch (kind)
                {
                    case 2:
                        call.Fail(new TimeoutException());
                        return;
                    case 4 when call.Votes.Length > 1:
                        call.Fail(new MalformedVoteBatchException("malformed"));
                        return;
                    case 5:
                        var rejected = choice % call.Votes.Length;
                        done.UnionWith(call.VoteIds);
                        call.Finish(new VoteBatchOutcome(
                            call.Votes.Length - 1, 0, 0, [new RejectedVote(rejected, RejectReason.LawClosed)]));
                        break;
                    default:
                        done.UnionWith(call.VoteIds);
                        call.Count();
                        break;
                }

                foreach (var letter in letters.Skip(before).ToArray())
                {
                    letter.Batch.Settle(1);
                }
            }
        });
}
