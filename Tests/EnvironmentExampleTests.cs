using System.Reflection;
using Votes.Grains;
using Votes.Grains.Board;
using Votes.Grains.Flush;
using Votes.Ingest.Configuration;
using Votes.LocalCluster;
using Votes.Silo;
using Votes.Silo.Access;
using Votes.Silo.Api;
using Votes.Silo.Api.Live;
using Votes.Silo.Closing;
using Votes.Silo.Dashboard;
using Votes.Silo.Hosting.Tls;
using Votes.Silo.Operators;
using Votes.Silo.Reconcile;
using Votes.Silo.Schema;
using Votes.Telemetry.Statistics;
using Votes.Telemetry.Tracing;
using Xunit;

namespace Votes.Tests;

public sealed class EnvironmentExampleTests
{
    [Theory]
    [InlineData("Flush", typeof(FlushOptions))]
    [InlineData("Laws", typeof(LawTallyOptions))]
    [InlineData("Cluster", typeof(SiloClusterOptions))]
    [InlineData("Schema", typeof(SchemaOptions))]
    [InlineData("Reconcile", typeof(ReconcileOptions))]
    [InlineData("Statistics", typeof(StatisticsOptions))]
    [InlineData("Tracing", typeof(TracingOptions))]
    [InlineData("Access", typeof(AccessOptions))]
    [InlineData("Api", typeof(ApiOptions))]
    [InlineData("Live", typeof(LiveOptions))]
    [InlineData("Closing", typeof(ClosingOptions))]
    [InlineData("Board", typeof(BoardOptions))]
    [InlineData("Dashboard", typeof(SiloDashboardOptions))]
    [InlineData("RabbitMq", typeof(RabbitMqOptions))]
    [InlineData("RabbitMq", typeof(BrokerOptions))]
    [InlineData("Dispatch", typeof(DispatchOptions))]
    [InlineData("Cluster", typeof(Votes.Ingest.Configuration.ClusterOptions))]
    [InlineData("VoterKey", typeof(VoterKeyOptions))]
    [InlineData("Cluster__Tls", typeof(ClusterTlsOptions))]
    public void Every_option_is_in_env_example(string section, Type options)
    {
        var keys = File.ReadLines(Path.Combine(Repository.Root, ".env.example"))
            .Select(static line => line.TrimStart('#').Split('=')[0])
            .ToHashSet(StringComparer.Ordinal);

        Assert.All(
            options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static option => option.CanWrite),
            option => Assert.Contains($"{section}__{option.Name}", keys));
    }
}
