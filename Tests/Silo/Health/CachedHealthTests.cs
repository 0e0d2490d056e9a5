using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Votes.Silo.Health;
using Xunit;

namespace Votes.Tests.Silo.Health;

public sealed class CachedHealthTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_who_ask_in_a_second_cost_one_check()
    {
        var checks = new CountedChecks();
        var time = new FakeTimeProvider();
        using var health = new CachedHealth(checks, time);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => health.ReadAsync(Cancelled)));
        Assert.Equal(1, checks.Count);

        time.Advance(TimeSpan.FromMilliseconds(999));
        await health.ReadAsync(Cancelled);
        Assert.Equal(1, checks.Count);

        time.Advance(TimeSpan.FromMilliseconds(1));
        await health.ReadAsync(Cancelled);
        Assert.Equal(2, checks.Count);
    }

    private sealed class CountedChecks : HealthCheckService
    {
        public int Count { get; private set; }

        public override async Task<HealthReport> CheckHealthAsync(
            Func<HealthCheckRegistration, bool>? predicate, CancellationToken cancellationToken = default)
        {
            Count++;
            await Task.Yield();
            return new HealthReport(new Dictionary<string, HealthReportEntry>(), TimeSpan.Zero);
        }
    }
}
