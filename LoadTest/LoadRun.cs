using Votes.LoadTest.Planning;
using Votes.LoadTest.Publishing;
using Votes.LoadTest.Verifying;

namespace Votes.LoadTest;

/// <summary>Publishes a plan's votes to a cluster and checks what the cluster made of them.</summary>
public static class LoadRun
{
    /// <summary>Publishes, waits until everything is settled, and compares the database with the plan.</summary>
    /// <exception cref="LoadFailedException">A server was not reachable, or publishing could not end.</exception>
    public static async Task<LoadReport> RunAsync(
        LoadPlan plan, Endpoints endpoints, LoadSettings settings, IProgress<LoadProgress> progress,
        CancellationToken cancellationToken)
    {
        var ledger = await PublishAsync(plan, endpoints, settings, progress, cancellationToken);
        return await VerifyAsync(ledger, endpoints, settings, progress, cancellationToken);
    }

    /// <summary>Publishes all of a plan's messages; returns when the broker has confirmed each of them.</summary>
    /// <exception cref="LoadFailedException">
    /// The broker was not reachable for too long, or returned messages.
    /// </exception>
    public static async Task<RunLedger> PublishAsync(
        LoadPlan plan, Endpoints endpoints, LoadSettings settings, IProgress<LoadProgress> progress,
        CancellationToken cancellationToken)
    {
        var ledger = await PrepareAsync(plan, endpoints, settings, cancellationToken);
        return await PublishAsync(ledger, endpoints, settings, progress, cancellationToken);
    }

    /// <summary>Reads what the servers show before the run, and the choices of the plan's laws.</summary>
    /// <exception cref="LoadFailedException">A server was not reachable, or a law takes no votes.</exception>
    public static async Task<RunLedger> PrepareAsync(
        LoadPlan plan, Endpoints endpoints, LoadSettings settings, CancellationToken cancellationToken)
    {
        if (plan.Problems().Concat(settings.Problems()).FirstOrDefault() is { } problem)
            throw new ArgumentException(problem, nameof(plan));

        var broker = new Broker(endpoints, settings, TimeProvider.System);
        await using var database = new Database(endpoints, settings);
        var choices = await database.ChoicesAsync(MessagePlan.LawIds(plan), cancellationToken);
        var totals = await database.SumOfTotalsAsync(cancellationToken);
        await broker.EnsureQueueAsync(cancellationToken);
        await using var probe = new QueueProbe(broker);
        using var metrics = new OutcomeMetrics(endpoints);
        return new()
        {
            Plan = plan with { Choices = choices },
            StartedAt = TimeProvider.System.GetUtcNow(),
            DeadLettersBefore = await probe.DepthAsync(endpoints.DeadLetterQueue, cancellationToken) ?? 0,
            TotalsBefore = totals,
            RedeliveredBefore = await metrics.RedeliveredAsync(cancellationToken),
        };
    }

    /// <summary>
    /// Publishes the messages of a prepared ledger's plan; returns the ledger with what was confirmed.
    /// </summary>
    /// <exception cref="LoadFailedException">
    /// The broker was not reachable for too long, or returned messages.
    /// </exception>
    public static async Task<RunLedger> PublishAsync(
        RunLedger prepared, Endpoints endpoints, LoadSettings settings, IProgress<LoadProgress> progress,
        CancellationToken cancellationToken)
    {
        var plan = new MessagePlan(prepared.Plan);
        return await PublishAsync(
            prepared, plan, new(plan), new(), endpoints, settings, progress, cancellationToken);
    }

    /// <summary>The same, steered from outside; what is not published when it is ended never is.</summary>
    internal static async Task<RunLedger> PublishAsync(
        RunLedger prepared, MessagePlan plan, PublishControl control, PublishCounters counters, Endpoints endpoints,
        LoadSettings settings, IProgress<LoadProgress> progress, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetUtcNow();
        await new Publisher(endpoints, settings, TimeProvider.System)
            .RunAsync(plan, control, counters, progress, cancellationToken);
        return prepared with
        {
            Complete = true,
            Published = control.Published,
            Confirmed = counters.Confirmed,
            Republished = counters.Republished,
            RepublishedMalformed = counters.RepublishedMalformed,
            Nacked = counters.Nacked,
            StartedAt = started,
            EndedAt = TimeProvider.System.GetUtcNow(),
        };
    }

    /// <summary>Waits until what a ledger tells of is settled, and compares the database with its plan.</summary>
    /// <exception cref="LoadFailedException">A server was not reachable.</exception>
    public static Task<LoadReport> VerifyAsync(
        RunLedger ledger, Endpoints endpoints, LoadSettings settings, IProgress<LoadProgress> progress,
        CancellationToken cancellationToken) =>
        ledger.Complete
            ? new Verifier(endpoints, settings, TimeProvider.System).RunAsync(ledger, progress, cancellationToken)
            : throw new LoadFailedException(
                $"run {ledger.Plan.RunId} was not published to its end: which messages arrived is not known");

    /// <summary>The laws that take votes now, for a plan on the laws that a database holds.</summary>
    /// <param name="prefix">What the laws' ids start with; empty for all laws.</param>
    /// <param name="endpoints">Where the database is.</param>
    /// <param name="settings">The time limits.</param>
    /// <param name="limit">The most laws to return.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="LoadFailedException">The database was not reachable, or has no such law.</exception>
    public static async Task<IReadOnlyList<string>> OpenLawsAsync(
        string prefix, Endpoints endpoints, LoadSettings settings, int limit, CancellationToken cancellationToken)
    {
        await using var database = new Database(endpoints, settings);
        var laws = await database.OpenLawsAsync(prefix, limit, cancellationToken);
        return laws.Count > 0 ? laws : throw new LoadFailedException("the database has no law that takes votes now");
    }
}
