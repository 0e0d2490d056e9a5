using System.Globalization;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>Whether the cluster still counts a silo in, as its membership table says.</summary>
internal sealed class SiloMembership(DrillCluster drill)
{
    private const int Active = 3;
    private const int Dead = 6;

    private static readonly TimeSpan CalmFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly SuperuserSql _sql = new(drill.Superuser);

    /// <summary>
    /// Returns when a silo that may have been declared dead is a ready member again: it stayed one, or it ended, as a
    /// silo does that finds itself declared dead, and was started again.
    /// </summary>
    /// <returns>Whether it was started again, and what was wrong, if anything was.</returns>
    public async Task<(bool Restarted, string? Problem)> SettleAsync(
        ServiceProcess silo, CancellationToken cancellationToken)
    {
        var settling = drill.Settling(silo);
        await settling.WaitAsync(cancellationToken);
        try
        {
            return await SettleAloneAsync(silo, cancellationToken);
        }
        finally
        {
            settling.Release();
        }
    }

    private async Task<(bool Restarted, string? Problem)> SettleAloneAsync(
        ServiceProcess silo, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        var calmSince = start;
        while (silo.IsRunning)
        {
            var status = await StatusAsync(silo, cancellationToken);
            if (status != Active || !await silo.IsReadyAsync(cancellationToken))
                calmSince = clock.GetTimestamp();
            if (clock.GetElapsedTime(calmSince) >= CalmFor)
                return (false, null);
            if (clock.GetElapsedTime(start) > ExitLimit)
            {
                await silo.KillAsync(cancellationToken);
                await RestartAsync(silo, cancellationToken);
                return (true, status == Dead
                    ? $"{silo.Name} was declared dead, and did not end within {ExitLimit.TotalSeconds:0} s."
                    : $"{silo.Name} was not a ready member again within {ExitLimit.TotalSeconds:0} s.");
            }

            await Task.Delay(PollInterval, clock, cancellationToken);
        }

        await RestartAsync(silo, cancellationToken);
        return (true, null);
    }

    private static async Task RestartAsync(ServiceProcess silo, CancellationToken cancellationToken)
    {
        silo.Start();
        await silo.WaitUntilReadyAsync(DrillCluster.ReadyLimit, cancellationToken);
    }

    private Task<long> StatusAsync(ServiceProcess silo, CancellationToken cancellationToken)
    {
        var port = drill.Links.Of(silo).Silo!.Port.ToString(CultureInfo.InvariantCulture);
        return _sql.NumberAsync(
            $"select status from orleans_silo where port = {port} order by generation desc limit 1", cancellationToken);
    }
}
