using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Votes.Grains.Interfaces;

var (database, lawId) = (args[0], args[1]);
using var host = new HostBuilder().UseOrleansClient(client => client
    .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("votes", "votes"))
    .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))).Build();
await host.StartAsync();

var law = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ILawTallyGrain>(lawId);
using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
do
{
    var tally = await law.GetTallyAsync();
    Console.WriteLine(string.Join("  ", tally.Choices.Select(c => $"{c.Choice} {c.Durable:N0} (+{c.Pending:N0})")));
}
while (await second.WaitForNextTickAsync());
