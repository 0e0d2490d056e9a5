using System.Globalization;
using Spectre.Console;

namespace Votes.LocalCluster.Commands;

/// <summary>Prints what a cluster is made of.</summary>
public static class ClusterView
{
    /// <summary>The addresses that a developer or a browser needs.</summary>
    public static void WriteAddresses(IAnsiConsole console, Cluster cluster, LocalFolder folder)
    {
        console.WriteLine("the cluster is ready:");
        foreach (var service in cluster.Services)
            console.WriteLine($"  {service.Name,-10} {service.Address.Http} (/health/ready, /metrics)");
        console.WriteLine($"  {"postgres",-10} 127.0.0.1:{Text(cluster.Postgres.Port)}");
        console.WriteLine($"  {"rabbitmq",-10} 127.0.0.1:{Text(cluster.RabbitMq.Port)}");
        if (cluster.Silos is [var silo, ..])
        {
            console.WriteLine($"results: {silo.Address.Http}/");
            console.WriteLine($"operators: {silo.Address.Http}/ops (`make status` shows the key to sign in with)");
        }

        console.WriteLine($"addresses with passwords: {folder.EndpointsFile}");
    }

    /// <summary>Each part with its process; returns whether all of them are ready.</summary>
    internal static async Task<bool> WriteStatusAsync(
        IAnsiConsole console, Cluster cluster, CancellationToken cancellationToken)
    {
        var table = new Table().AddColumns("part", "address", "pid", "state");
        AddServer(table, "postgres", cluster.Postgres.Port, cluster.Postgres.Process, cluster.Postgres.IsRunning);
        AddServer(table, "rabbitmq", cluster.RabbitMq.Port, cluster.RabbitMq.Process, cluster.RabbitMq.IsRunning);
        var allReady = cluster.IsRunning;
        foreach (var service in cluster.Services)
        {
            var ready = service.IsRunning && await service.IsReadyAsync(cancellationToken);
            allReady &= ready;
            table.AddRow(
                service.Name, service.Address.Http, Pid(service.Process, service.IsRunning),
                ready ? "ready" : State(service.IsRunning));
        }

        console.Write(table);
        if (cluster.Silos is [var silo, ..])
        {
            console.WriteLine($"results: {silo.Address.Http}/");
            console.WriteLine($"operators: {silo.Address.Http}/ops, key {cluster.OperatorKey}");
        }

        return allReady;
    }

    private static void AddServer(Table table, string name, int port, ProcessMark? process, bool running) =>
        table.AddRow(name, $"127.0.0.1:{Text(port)}", Pid(process, running), State(running));

    private static string Pid(ProcessMark? process, bool running) => running ? Text(process!.Pid) : "-";

    private static string State(bool running) => running ? "running" : "down";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
