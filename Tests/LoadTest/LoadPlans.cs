using CsCheck;
using Votes.LoadTest;
using Votes.LoadTest.Planning;

namespace Votes.Tests.LoadTest;

/// <summary>Plans for the tests of the load test.</summary>
internal static class LoadPlans
{
    public static readonly RunId Run = new(0x0123456789AB);

    /// <summary>A thousand messages of all kinds.</summary>
    public static readonly LoadPlan Mixed = new()
    {
        Votes = 1_000,
        Laws = 5,
        Duplicates = 0.1,
        Redeliveries = 0.05,
        Malformed = 0.05,
        RunId = Run,
    };

    /// <summary>Any valid plan, of one message and up to a few blocks.</summary>
    public static readonly Gen<LoadPlan> Any =
        from votes in Gen.Long[1, 3_000]
        from laws in Gen.Int[1, 40]
        from skew in Gen.Double[0, 2]
        from duplicates in Gen.Double[0, 0.3]
        from redeliveries in Gen.Double[0, 0.3]
        from malformed in Gen.Double[0, 0.3]
        from seed in Gen.Long
        select new LoadPlan
        {
            Votes = votes,
            Laws = laws,
            Skew = skew,
            Duplicates = duplicates,
            Redeliveries = redeliveries,
            Malformed = malformed,
            Seed = seed,
            RunId = Run,
        };

    public static List<PlannedMessage> MessagesOf(LoadPlan plan)
    {
        var messages = new MessagePlan(plan);
        var all = new List<PlannedMessage>();
        for (long index = 0; index < messages.Messages; index++)
            all.Add(messages.At(index));
        return all;
    }
}
