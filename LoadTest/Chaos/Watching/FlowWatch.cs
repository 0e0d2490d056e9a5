using System.Net.Sockets;
using Npgsql;
using Votes.LoadTest.Chaos.Faults;

namespace Votes.LoadTest.Chaos.Watching;

/// <summary>
/// Samples the totals several times a second, past every proxy. Owns the gauge; others ask through here. Laws of
/// <see cref="ColdLaws"/> have one vote each and are left out: they cannot flow.
/// </summary>
internal sealed class FlowWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly FlowGauge _gauge;

    /// <summary>Makes a watch that has not begun.</summary>
    /// <param name="endpoints">Where the database is.</param>
    /// <param name="expectedPerSecond">Votes counted a second when nothing is wrong.</param>
    /// <param name="start">The time stamp at which the drill's clock shows zero.</param>
    /// <param name="time">The clock.</param>
    public FlowWatch(Endpoints endpoints, double expectedPerSecond, long start, TimeProvider time)
    {
        var connection = PostgresAddress.Parse(endpoints.PostgresUrl);
        // Short: a server that stands still must not keep the watch from seeing it go on.
        connection.Timeout = 1;
        connection.CommandTimeout = 1;
        connection.CancellationTimeout = 500;
        connection.MaxPoolSize = 2;
        connection.ApplicationName = "votes-chaos-flow";
        _source = new NpgsqlSlimDataSourceBuilder(connection.ConnectionString).EnableTransportSecurity().Build();
        _time = time;
        _start = start;
        _gauge = new(expectedPerSecond, Window);
    }

    /// <summary>The drill's clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Votes counted a second.</summary>
    public double Rate
    {
        get
        {
            lock (_lock)
                return _gauge.Rate;
        }
    }

    /// <summary>Votes counted.</summary>
    public long Total
    {
        get
        {
            lock (_lock)
                return _gauge.Total;
        }
    }

    /// <summary>Laws that have not moved since the watch for recovery began.</summary>
    public int LawsStanding
    {
        get
        {
            lock (_lock)
                return _gauge.LawsStanding;
        }
    }

    /// <summary>Waits until the votes flow again; returns how long that took from now on, null if longer than told.</summary>
    public async Task<TimeSpan?> RecoverAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var since = Now;
        lock (_lock)
            _gauge.WatchSince(since);
        while (Now - since < limit)
        {
            await Task.Delay(Interval, _time, cancellationToken);
            lock (_lock)
            {
                if (_gauge.RecoveredAt is { } recovered)
                    return recovered - since;
            }
        }

        return null;
    }

    /// <summary>Samples until it is cancelled. A database that is away gives no sample.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var laws = await ReadAsync(cancellationToken);
                lock (_lock)
                    _gauge.Add(Now, laws);
            }
            catch (Exception exception) when (IsAway(exception) && !cancellationToken.IsCancellationRequested)
            {
                // The database is what is being broken.
            }

            await Task.Delay(Interval, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether a read failed because the database did not answer.</summary>
    public static bool IsAway(Exception exception) =>
        exception is NpgsqlException or SocketException or TimeoutException or IOException;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<IReadOnlyDictionary<string, long>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(
            $"""
            select law_id, sum(total)::bigint from vote_results where law_id not like '{ColdLaws.Prefix}%' group by law_id
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var laws = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
            laws.Add(rows.GetString(0), rows.GetInt64(1));
        return laws;
    }
}
