using Orleans.Runtime;
using Votes.Grains.Reports;

namespace Votes.Silo.Operators;

/// <summary>
/// Asks every silo for its report, all at once, each within a time limit: one that stands still shows as such and does not
/// hold up the others.
/// </summary>
public sealed class ClusterReader(
    IClusterMembershipService membership, SiloReporters reporters, IGrainFactory grains, TimeProvider time)
{
    private const int MostDeadShown = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>All silos.</summary>
    public async Task<ClusterView> ReadAsync(CancellationToken cancellationToken)
    {
        var members = membership.CurrentSnapshot.Members.Values.ToList();
        var dead = members.Where(static member => member.Status == SiloStatus.Dead)
            .OrderByDescending(static member => member.SiloAddress.Generation).Take(MostDeadShown);
        var alive = members.Where(static member => member.Status is not (SiloStatus.Dead or SiloStatus.None))
            .OrderBy(static member => member.Name, StringComparer.Ordinal)
            .ThenBy(static member => member.SiloAddress.ToParsableString(), StringComparer.Ordinal);
        var asked = await Task.WhenAll(alive.Select(member => AskAsync(member, cancellationToken)));
        return new ClusterView(
            time.GetUtcNow(), [.. asked, .. dead.Select(static member => View(member, null, null, null))]);
    }

    private async Task<SiloView> AskAsync(ClusterMember member, CancellationToken cancellationToken)
    {
        // Both at once. The second is for two figures, and is done without where it fails.
        var statistics = StatisticsAsync(member.SiloAddress, cancellationToken);
        try
        {
            var report = await reporters.AskAsync(member.SiloAddress).WaitAsync(Limit, time, cancellationToken);
            return View(member, report, await statistics, null);
        }
        catch (TimeoutException)
        {
            return View(member, null, null, $"It did not answer within {Limit.TotalSeconds:0} s.");
        }
        catch (OrleansException exception)
        {
            return View(member, null, null, $"It could not be asked: {exception.Message}");
        }
    }

    private async Task<SiloRuntimeStatistics?> StatisticsAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            var found = await grains.GetGrain<IManagementGrain>(0).GetRuntimeStatistics([silo], cancellationToken)
                .WaitAsync(Limit, time, cancellationToken);
            return found.FirstOrDefault();
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException or OperationCanceledException)
        {
            return null;
        }
    }

    private static SiloView View(
        ClusterMember member, SiloReport? report, SiloRuntimeStatistics? statistics, string? problem) => new(
        member.Name,
        member.SiloAddress.ToParsableString(),
        StatusOf(member.Status),
        problem,
        report?.Uptime.TotalSeconds,
        report?.MemoryBytes,
        statistics?.EnvironmentStatistics.FilteredCpuUsagePercentage,
        statistics?.ActivationCount,
        report?.Laws,
        report?.PendingVotes,
        report?.FlushLag?.TotalSeconds,
        report?.Outage is { } outage ? new OutageView(outage.For.TotalSeconds, outage.ErrorType) : null,
        report?.Rates,
        report is null ? [] : report.HotLaws,
        report is null ? [] : report.Events);

    private static string StatusOf(SiloStatus status) => status switch
    {
        SiloStatus.Active => "active",
        SiloStatus.Created or SiloStatus.Joining => "joining",
        SiloStatus.ShuttingDown or SiloStatus.Stopping => "stopping",
        _ => "dead",
    };
}
