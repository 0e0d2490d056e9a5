using System.Threading.Channels;
using Npgsql;

namespace Votes.Silo.Access.Trail;

/// <summary>
/// Writes entries that nothing waits for: refusals, sign-ins, how something ended. A caller never waits for the database
/// here, and a flood of refusals neither fills the table nor hides what else is in it: of a minute, few are written, and the
/// number of the others. What the database does not take is in the silo's log.
/// </summary>
public sealed partial class TrailQueue(OperatorLog log, TimeProvider time, ILogger<TrailQueue> logger) : BackgroundService
{
    /// <summary>Refusals of one client that are written in a minute.</summary>
    internal const int RefusalsOfOne = 10;

    /// <summary>Refusals that are written in a minute.</summary>
    internal const int RefusalsOfAll = 60;

    private const int MostQueued = 1_000;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private readonly Channel<OperatorEntry> _entries = Channel.CreateBounded<OperatorEntry>(
        new BoundedChannelOptions(MostQueued) { SingleReader = true });

    private readonly RefusalWindow _refusals = new(RefusalsOfAll, RefusalsOfOne);
    private readonly Lock _gate = new();

    /// <summary>Adds an entry.</summary>
    public void Add(OperatorEntry entry)
    {
        log.Announce(entry);
        if (!_entries.Writer.TryWrite(entry))
        {
            LogNotWritten("too many entries wait already");
        }
    }

    /// <summary>Adds a refusal, or counts it.</summary>
    public void Refused(HttpContext context, string action, string reason)
    {
        var caller = Caller.Of(context);
        bool isAdmitted;
        lock (_gate)
        {
            isAdmitted = _refusals.Admits(caller.Client);
        }

        if (isAdmitted)
        {
            Add(new OperatorEntry(
                caller, action, "", OperatorOutcomes.Refused, ("reason", reason), ("path", context.Request.Path.Value)));
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var writing = WriteAllAsync();
        using var timer = new PeriodicTimer(Minute, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                TurnMinute();
            }
        }
        catch (OperationCanceledException)
        {
            TurnMinute();
        }

        _entries.Writer.TryComplete();
        try
        {
            // A database that is away must not hold up the silo's stop.
            await writing.WaitAsync(StopLimit, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            LogNotWritten("the silo stops and the database does not answer");
        }
    }

    private void TurnMinute()
    {
        long suppressed;
        lock (_gate)
        {
            suppressed = _refusals.Turn();
        }

        if (suppressed > 0)
        {
            Add(new OperatorEntry(
                new Caller(Caller.Anonymous, null),
                OperatorActions.Request,
                "",
                OperatorOutcomes.Suppressed,
                ("refusals", suppressed)));
        }
    }

    private async Task WriteAllAsync()
    {
        // Ends with the queue, not with the silo's stop: what waits by then is still written.
        await foreach (var entry in _entries.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await log.InsertAsync(entry, CancellationToken.None);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
            {
                LogNotWritten(exception.Message);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "An entry of the operator log is in this log alone, and not in the table: {Cause}")]
    private partial void LogNotWritten(string cause);
}
