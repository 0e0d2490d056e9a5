using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Win32.SafeHandles;
using Orleans.Configuration;
using Votes.Grains.Interfaces;

var database = Environment.GetEnvironmentVariable("ConnectionStrings__Votes");
using var host = new HostBuilder().UseOrleansClient(client => client
    .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("votes", "votes"))
    .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))).Build();
await host.StartAsync();

var law = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ILawTallyGrain>(args[0]);
using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));

// Console.Out passes over a closed pipe in silence; written to as a file it says so, and `| head -3` ends the program.
await using var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
try
{
    do
    {
        var tally = await law.GetTallyAsync();
        var totals = tally.Choices.Select(c => $"{c.Choice} {c.Durable:N0} (+{c.Pending:N0})");
        await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(string.Join("  ", totals) + "\n"));
    }
    while (await second.WaitForNextTickAsync());
}
catch (IOException)
{
    // The reader has gone.
}
