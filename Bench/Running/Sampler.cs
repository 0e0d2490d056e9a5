using Npgsql;
using Votes.Bench.Measuring;

namespace Votes.Bench.Running;

/// <summary>Reads CPU times and transactions again and again until it is stopped. Owns the samples.</summary>
internal sealed class Sampler
{
    private readonly BenchServers _servers;
    private readonly Func<IEnumerable<int>> _own;
    private readonly CancellationTokenSource _stop;
    private readonly List<Sample> _samples = [];
    private readonly Task _running;

    private Sampler(
        BenchServers servers, Func<IEnumerable<int>> own, NpgsqlConnection connection,
        CancellationToken cancellationToken)
    {
        _servers = servers;
        _own = own;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _running = Task.Run(() => RunAsync(connection, _stop.Token), CancellationToken.None);
    }

    /// <summary>Starts reading.</summary>
    /// <param name="servers">Broker and database.</param>
    /// <param name="own">The contestant's processes, as they are at each moment.</param>
    /// <param name="cancellationToken">Ends the reading as well.</param>
    public static async Task<Sampler> StartAsync(
        BenchServers servers, Func<IEnumerable<int>> own, CancellationToken cancellationToken)
    {
        // Connected to another database, so that its questions do not count as the contestant's transactions.
        var connection = await servers.ConnectAsync("postgres", cancellationToken);
        return new Sampler(servers, own, connection, cancellationToken);
    }

    /// <summary>Stops reading, and returns what was read.</summary>
    public async Task<Timeline> StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        if (_running.Exception is { } failure)
            throw new BenchException("CPU times could not be read: " + failure.GetBaseException().Message, failure);
        return new Timeline(_samples);
    }

    private async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (connection)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "select xact_commit from pg_stat_database where datname = 'votes'";
            using var timer = new PeriodicTimer(WaitLimits.Sample, TimeProvider.System);
            do
            {
                // No token: the first sample has to be there, however soon the end comes.
                _samples.Add(await ReadAsync(command));
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
    }

    private async Task<Sample> ReadAsync(NpgsqlCommand command)
    {
        var transactions = (long)(await command.ExecuteScalarAsync(CancellationToken.None) ?? 0L);
        var cluster = _servers.Cluster;
        var processes = ProcessTable.Read();
        return new Sample(
            TimeProvider.System.GetUtcNow(),
            processes.CpuSeconds(Pids(cluster.RabbitMq.Process?.Pid, cluster.RabbitMq.PortMapper?.Pid)),
            processes.CpuSeconds(Pids(cluster.Postgres.Process?.Pid)),
            processes.CpuSeconds(_own()),
            // Its children are counted where they belong.
            Environment.CpuUsage.TotalTime.TotalSeconds,
            MachineCpu.BusySeconds(),
            transactions);
    }

    private static IEnumerable<int> Pids(params int?[] pids) => pids.OfType<int>();
}
