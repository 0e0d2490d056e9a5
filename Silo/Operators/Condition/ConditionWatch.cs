using Microsoft.Extensions.Options;
using Npgsql;
using Votes.Grains.Interfaces;
using Votes.Silo.Health;
using Votes.Silo.Reconcile;

namespace Votes.Silo.Operators.Condition;

/// <summary>
/// Examines the cluster each few seconds, so that the time since which a part has been down is known before anybody asks, and
/// answers all who ask from what it found last. The broker is asked only while no Ingest consumes.
/// </summary>
public sealed class ConditionWatch(
    ClusterReader cluster,
    QueueReader queues,
    IGrainFactory grains,
    NpgsqlDataSource database,
    ReconcileMetrics recounts,
    IOptions<ReconcileOptions> reconcile,
    TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly ConditionBook _book = new();
    private readonly Lock _gate = new();
    private Task<ConditionView>? _examination;
    private long _startedAt;

    /// <summary>How the cluster is, a second ago at most, or as soon as all parts have answered or been given up.</summary>
    public Task<ConditionView> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_examination is null || (_examination.IsCompleted && time.GetElapsedTime(_startedAt) > GoodFor))
            {
                _startedAt = time.GetTimestamp();

                // No caller's token: the answer is for all of them.
                _examination = ExamineAsync(CancellationToken.None);
            }

            return _examination.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The Ingests that have reported lately; null where their registry does not answer.</summary>
    public async Task<IReadOnlyList<IngestPresence>?> ReadIngestsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<IIngestRegistryGrain>(IIngestRegistryGrain.Key).GetAsync(cancellationToken)
                .WaitAsync(Limit, time, cancellationToken);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await ((Task)ReadAsync(stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ConditionView> ExamineAsync(CancellationToken cancellationToken)
    {
        var silos = cluster.ReadAsync(cancellationToken);
        var problem = AskDatabaseAsync(cancellationToken);
        var ingests = await ReadIngestsAsync(cancellationToken);
        var isConsumed = ingests?.Any(static ingest =>
            ingest.Silence < ConditionRules.SilentAfter && ingest.Report.LanesConsuming > 0) is true;
        var broker = isConsumed ? null : await queues.ReadAsync(cancellationToken);
        var facts = new ConditionFacts(
            (await silos).Silos,
            ingests,
            broker,
            await problem,
            recounts.Shown,
            reconcile.Value.Interval,
            time.GetUtcNow());
        lock (_book)
        {
            return _book.Enter(facts);
        }
    }

    private async Task<string?> AskDatabaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await DatabaseCheck.IsReadOnlyAsync(database, cancellationToken).WaitAsync(Limit, time, cancellationToken)
                ? "The database takes no writes: it is a standby, or set to read-only."
                : null;
        }
        catch (TimeoutException)
        {
            return $"The database did not answer within {Limit.TotalSeconds:0} s.";
        }
        catch (NpgsqlException exception)
        {
            return $"The database does not answer: {exception.Message}";
        }
    }
}
