using Orleans.Runtime;
using Votes.Grains.Reports;

namespace Votes.Silo.Operators;

/// <summary>Keeps for the operators' page which silos came and went.</summary>
public sealed class MembershipEvents(ISiloStatusOracle membership, RecentEvents events) : IHostedService, ISiloStatusListener
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        membership.SubscribeToSiloStatusEvents(this);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        membership.UnSubscribeFromSiloStatusEvents(this);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        var what = status switch
        {
            SiloStatus.Active => "joined",
            SiloStatus.Dead => "is gone: stopped or declared dead",
            SiloStatus.ShuttingDown or SiloStatus.Stopping => "is stopping",
            _ => null,
        };
        if (what is not null)
        {
            var name = membership.TryGetSiloName(updatedSilo, out var known) ? $"{known} ({updatedSilo})" : $"{updatedSilo}";
            var level = status == SiloStatus.Dead ? LogLevel.Warning : LogLevel.Information;
            events.Add($"membership/{updatedSilo}/{status}", level.ToString(), "Membership", $"Silo {name} {what}");
        }
    }
}
