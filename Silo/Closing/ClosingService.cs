using Microsoft.Extensions.Options;
using Npgsql;
using Prometheus;
using Votes.Silo.Api;

namespace Votes.Silo.Closing;

/// <summary>
/// Closes the laws whose closing waits for the last votes. Each silo runs it, for itself: what it has seen it keeps in
/// memory, what is to be done is in the table, and whichever silo is sure first closes the law. When a silo ends, the
/// others go on.
/// </summary>
/// <param name="store">The closings that wait.</param>
/// <param name="intake">What is not settled.</param>
/// <param name="options">The grace, and how often.</param>
/// <param name="time">The clock of the waits.</param>
/// <param name="registry">Where it is shown how long a closing has waited.</param>
/// <param name="logger">Told of each closing, and of failures once a change.</param>
public sealed partial class ClosingService(
    ClosingStore store,
    IntakeReader intake,
    IOptions<ClosingOptions> options,
    TimeProvider time,
    CollectorRegistry registry,
    ILogger<ClosingService> logger) : BackgroundService
{
    /// <summary>The metric of how long a closing has waited.</summary>
    public const string Metric = "votes_closing_waiting_seconds";

    /// <summary>The metric's help text.</summary>
    public const string MetricHelp =
        "How long this silo has seen the oldest closing wait for the last votes, after voting has ended; 0: none waits.";

    private readonly Gauge _waiting = Metrics.WithCustomRegistry(registry).CreateGauge(Metric, MetricHelp);

    private readonly DrainWatch _watch = new(options.Value.Grace);
    private readonly Dictionary<ClosingLaw, TimeSpan> _seenAt = [];
    private volatile string? _waitsFor;
    private bool _isFailing;

    /// <summary>The view of a law with what its closing waits for, as far as this silo knows.</summary>
    public LawView Explain(LawView law) => law.Status != "closing"
        ? law
        : law with
        {
            ClosingWaitsFor = law.ClosesAt > time.GetUtcNow()
                ? "Voting goes on until closes_at."
                : _waitsFor ?? "The votes published so far are being settled.",
        };

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await LookAsync(stoppingToken);
            await Task.Delay(options.Value.Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            await CloseDrainedAsync(stop);
            _isFailing = false;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silo stops; the others go on.
        }
#pragma warning disable CA1031 // Whatever goes wrong with a closing must not stop a silo that counts, and must not close anything.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _watch.Reset();
            _waitsFor = exception is NpgsqlException ? "The database does not answer." : "A check of the queue failed; see the silo's log.";
            if (!_isFailing)
            {
                LogFailed(logger, exception.Message);
            }

            _isFailing = true;
        }
    }

    private async Task CloseDrainedAsync(CancellationToken stop)
    {
        var due = await store.ReadDueAsync(stop);
        Remember(due);
        if (due.Count == 0)
        {
            _watch.Reset();
            _waiting.Set(0);
            return;
        }

        _waiting.Set((intake.Now - due.Min(law => _seenAt[law])).TotalSeconds);
        var drainedBefore = _watch.Look(await intake.ReadAsync(stop));
        _waitsFor = _watch.WaitsFor;
        foreach (var law in due.Where(law => _seenAt[law] <= drainedBefore))
        {
            if (await store.CloseAsync(law, stop))
            {
                LogClosed(logger, law.LawId, law.Since);
            }
        }
    }

    /// <summary>Notes when each closing was first seen here: before the look at the queue that may settle it.</summary>
    private void Remember(IReadOnlyList<ClosingLaw> due)
    {
        foreach (var gone in _seenAt.Keys.Except(due).ToList())
        {
            _seenAt.Remove(gone);
        }

        foreach (var law in due)
        {
            _seenAt.TryAdd(law, intake.Now);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message =
        "Law {LawId} is closed: the votes that were published before its closing was asked for ({Since:O}) are settled")]
    private static partial void LogClosed(ILogger logger, string lawId, DateTimeOffset since);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Closings that wait for the last votes were not checked: {Reason}. They are checked again every few seconds; no law is closed "
        + "meanwhile")]
    private static partial void LogFailed(ILogger logger, string reason);
}
