using System.Globalization;
using Votes.Bench.Cases;
using Votes.LocalCluster;

namespace Votes.Bench.Running;

/// <summary>Silos and Ingests as users run them. The silos are ready before the first Ingest begins.</summary>
internal sealed class OursContestant : IRunningContestant
{
    private readonly BenchServers _servers;
    private readonly BenchCase _case;

    private OursContestant(BenchServers servers, BenchCase one)
    {
        _servers = servers;
        _case = one;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Pids => _servers.Cluster.Services.ToArray()
        .Where(static service => service.IsRunning)
        .ToDictionary(static service => service.Name, static service => service.Process!.Pid);

    /// <inheritdoc/>
    public string? Failure => _servers.Cluster.Services.FirstOrDefault(static service => !service.IsRunning) is { } gone
        ? $"{gone.Name} ended: {LogFile.Tail(gone.LogFile, 5)}"
        : null;

    /// <summary>Starts the silos.</summary>
    public static async Task<OursContestant> StartAsync(
        BenchServers servers, BenchCase one, CancellationToken cancellationToken)
    {
        var contestant = new OursContestant(servers, one);
        servers.Variables = new Dictionary<string, string?>
        {
            ["Dashboard__Enabled"] = one.Dashboard ? "true" : "false",
            ["Dispatch__CallsInFlight"] = one.CallsInFlight?.ToString(CultureInfo.InvariantCulture),
        };
        try
        {
            await servers.Cluster.ScaleAsync(one.Silos, 0, cancellationToken);
            return contestant;
        }
        catch
        {
            await contestant.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task BeginAsync(CancellationToken cancellationToken) =>
        _servers.Cluster.ScaleAsync(_case.Silos, _case.Ingests, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _servers.Cluster.ScaleAsync(0, 0, CancellationToken.None);
}
