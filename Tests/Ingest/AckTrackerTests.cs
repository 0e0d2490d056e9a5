using System.Diagnostics;
using CsCheck;
using Votes.Ingest.Lanes;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class AckTrackerTests
{
    [Fact]
    public void Nothing_is_acked_before_the_first_batch_is_settled()
    {
        var acks = new AckTracker();
        acks.Add(100);
        acks.Settle(acks.Add(200));

        Assert.False(acks.TryTake(out _));
        Assert.Equal(2, acks.Count);
    }

    [Fact]
    public void One_ack_covers_all_that_is_settled_and_is_taken_once()
    {
        var acks = new AckTracker();
        var first = acks.Add(100);
        acks.Settle(acks.Add(200));
        acks.Settle(first);
        acks.Add(300);

        Assert.True(acks.TryTake(out var tag));
        Assert.Equal(200UL, tag);
        Assert.False(acks.TryTake(out _));
        Assert.Equal(1, acks.Count);
    }

    [Fact]
    public void Batch_settles_once()
    {
        var acks = new AckTracker();
        acks.Add(1);
        var second = acks.Add(2);
        acks.Settle(second);

        Assert.Throws<UnreachableException>(() => acks.Settle(second));
        Assert.Throws<UnreachableException>(() => acks.Settle(second + 1));
        Assert.Throws<UnreachableException>(() => acks.Add(2));
    }

    [Fact]
    public void Whatever_the_order_only_settled_prefixes_are_acked_and_in_the_end_all_of_them() =>
        Gen.Select(Gen.Int[1, 100].Array[1, 120], Gen.Int[0, 1000].Array[400]).Sample((sizes, choices) =>
        {
            var acks = new AckTracker();
            var tags = new List<ulong>();
            var open = new List<int>();
            var settled = new HashSet<int>();
            ulong tag = 0;
            ulong acked = 0;
            var step = 0;
            while (tags.Count < sizes.Length || open.Count > 0)
            {
                var choice = choices[step++ % choices.Length];
                if (open.Count == 0 || (tags.Count < sizes.Length && choice % 2 == 0))
                {
                    tag += (ulong)sizes[tags.Count];
                    Assert.Equal(tags.Count, acks.Add(tag));
                    open.Add(tags.Count);
                    tags.Add(tag);
                }
                else
                {
                    var batch = open[choice % open.Count];
                    open.Remove(batch);
                    settled.Add(batch);
                    acks.Settle(batch);
                }

                var prefix = Enumerable.Range(0, tags.Count).TakeWhile(settled.Contains).Count();
                var expected = prefix == 0 ? 0 : tags[prefix - 1];
                Assert.Equal(expected != acked, acks.TryTake(out var taken));
                Assert.Equal(expected, taken);
                Assert.Equal(tags.Count - prefix, acks.Count);
                acked = expected;
            }

            Assert.Equal(tag, acked);
        });
}
