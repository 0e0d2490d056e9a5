using Votes.Ingest.Laws;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class WarmLawsTests
{
    private readonly WarmLaws _laws = new();

    [Fact]
    public void Law_is_warm_from_its_answer_until_its_lifetime_has_passed_twice_at_most()
    {
        Assert.False(_laws.Contains("a"));
        _laws.Add("a", TimeSpan.Zero);
        Assert.True(_laws.Contains("a"));

        _laws.Add("b", WarmLaws.Lifetime);
        Assert.True(_laws.Contains("a"));
        _laws.Add("b", 2 * WarmLaws.Lifetime);
        Assert.False(_laws.Contains("a"));
        Assert.True(_laws.Contains("b"));
    }

    [Fact]
    public void Law_that_does_not_answer_is_cold_at_once()
    {
        _laws.Add("a", TimeSpan.Zero);
        _laws.Add("a", WarmLaws.Lifetime);
        _laws.Remove("a");
        Assert.False(_laws.Contains("a"));
    }

    [Fact]
    public void Few_of_many_cold_laws_pass_for_warm_ones()
    {
        for (var law = 0; law < 50_000; law++)
        {
            _laws.Add($"warm {law}", TimeSpan.Zero);
        }

        // A twentieth of the bits is set; ids are hashed anew in each process.
        Assert.InRange(Enumerable.Range(0, 10_000).Count(law => _laws.Contains($"cold {law}")), 0, 1_000);
    }
}
