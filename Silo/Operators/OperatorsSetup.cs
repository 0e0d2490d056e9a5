using Orleans.Hosting;
using Votes.Grains.Reports;
using Votes.Silo.Hosting;
using Votes.Silo.Operators.Condition;

namespace Votes.Silo.Operators;

/// <summary>What the operators' routes are made of.</summary>
public static class OperatorsSetup
{
    /// <summary>Adds it.</summary>
    public static void AddOperators(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddChecked<BrokerOptions>(BrokerOptions.Section);
        services.AddSingleton<RecentEvents>();
        services.AddSingleton<ILoggerProvider, EventLog>();
        services.AddHostedService<MembershipEvents>();
        services.AddGrainService<SiloReporter>();
        services.AddSingleton<SiloReporters>();
        services.AddSingleton<ClusterReader>();
        services.AddSingleton<QueueReader>();
        services.AddSingleton<DeadLetterDesk>();
        services.AddSingleton<ConditionWatch>();
        services.AddHostedService(static provider => provider.GetRequiredService<ConditionWatch>());
    }
}
