using System.Globalization;
using Votes.Grains.Interfaces;

namespace Votes.Silo.Operators.Condition;

/// <summary>Judges the parts of the cluster by what they said. Pure.</summary>
public static class ConditionRules
{
    /// <summary>An Ingest that has not reported for so long counts as silent: five reports are missing.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(10);

    /// <summary>Votes that wait for longer than this are late.</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(10);

    // An attempt that fails once and succeeds at once is no outage.
    private static readonly TimeSpan OutageAfter = TimeSpan.FromSeconds(3);

    private const int MissedRecounts = 3;

    /// <summary>The broker: what matters is whether an Ingest can consume.</summary>
    public static Finding Broker(ConditionFacts facts)
    {
        var consuming = Reporting(facts).Sum(static ingest => ingest.Report.LanesConsuming);
        if (consuming > 0)
        {
            return new(ComponentState.Ok, Plural(consuming, "connection consumes", "connections consume") + " the queue.");
        }

        return facts.Queues switch
        {
            null or { Configured: false } => new(
                ComponentState.Unknown, "No Ingest consumes, and this silo knows no broker to ask (RabbitMq:Uri).",
                "votesnobodyconsumes"),
            { Problem: { } problem } => new(ComponentState.Bad, problem, "votesbrokeralarm"),
            { Votes: { } votes } => new(ComponentState.Ok, $"The broker answers; {Number(votes.Ready)} votes wait in {votes.Queue}."),
            _ => new(ComponentState.Bad, "The broker does not tell how many votes wait.", "votesbrokeralarm"),
        };
    }

    /// <summary>The database: what matters is whether flushes commit.</summary>
    public static Finding Database(ConditionFacts facts)
    {
        var outage = facts.Silos.Select(static silo => silo.Outage).Where(static outage => outage is not null)
            .MaxBy(static outage => outage!.LastingSeconds);
        if (outage is { } flushes && flushes.LastingSeconds >= OutageAfter.TotalSeconds)
        {
            return new(
                ComponentState.Bad,
                $"Flushes fail ({flushes.ErrorType}); the votes wait in the broker.",
                "votesdatabasedown",
                TimeSpan.FromSeconds(flushes.LastingSeconds));
        }

        return facts.DatabaseProblem is { } problem
            ? new(ComponentState.Bad, problem, "votesdatabasedown")
            : new(ComponentState.Ok, "It answers, and flushes commit.");
    }

    /// <summary>The Ingests.</summary>
    public static Finding Ingests(ConditionFacts facts)
    {
        if (facts.Ingests is not { } known)
        {
            return new(ComponentState.Unknown, "The registry of Ingests does not answer.", "votesnobodyconsumes");
        }

        var reporting = Reporting(facts).ToList();
        if (reporting.Count == 0)
        {
            return new(ComponentState.Bad, "No Ingest reports: votes wait in the broker.", "votesnobodyconsumes");
        }

        var idle = reporting.Where(static ingest => ingest.Report.LanesConsuming == 0).ToList();
        if (idle.Count == reporting.Count)
        {
            return new(ComponentState.Bad, "No Ingest consumes: votes wait in the broker.", "votesnobodyconsumes");
        }

        var silent = known.Except(reporting).ToList();
        if (silent.Count > 0)
        {
            return new(
                ComponentState.Degraded,
                $"{silent[0].Report.Name} has not reported for {Seconds(silent[0].Silence)}; others count its votes.",
                "votestargetdown");
        }

        var failing = reporting.Find(static ingest => ingest.Report.AreCallsFailing);
        if (failing is not null)
        {
            return new(
                ComponentState.Degraded, $"{failing.Report.Name} holds votes because calls to silos fail.", "votesnoprogress");
        }

        var held = reporting.Find(static ingest => ingest.Report.DeadLettersHeld > 0);
        if (held is not null)
        {
            return new(
                ComponentState.Degraded, $"{held.Report.Name} holds dead letters that the broker refuses.", "votesdeadlettersheld");
        }

        var partly = reporting.Find(static ingest => ingest.Report.LanesConsuming < ingest.Report.Lanes);
        return partly is not null
            ? new(
                ComponentState.Degraded,
                $"{partly.Report.Name} consumes with {partly.Report.LanesConsuming} of {partly.Report.Lanes} connections.",
                "votesnobodyconsumes")
            : new(ComponentState.Ok, Plural(reporting.Count, "Ingest consumes", "Ingests consume") + ".");
    }

    /// <summary>The silos.</summary>
    public static Finding Silos(ConditionFacts facts)
    {
        var members = facts.Silos.Where(static silo => silo.Status != "dead").ToList();
        var active = members.Count(static silo => silo is { Status: "active", Problem: null });
        if (active == 0)
        {
            return new(ComponentState.Bad, "No silo answers.", "votesnosilo");
        }

        var silent = members.Find(static silo => silo.Problem is not null);
        return silent is not null
            ? new(ComponentState.Degraded, $"{silent.Name}: {silent.Problem}", "votessilolost")
            : new(ComponentState.Ok, Plural(active, "silo is", "silos are") + " active.");
    }

    /// <summary>The totals: whether the periodic recount finds them equal to the audit.</summary>
    public static Finding Totals(ConditionFacts facts)
    {
        if (facts.Recount is not { CheckedAt: { } checkedAt } recount)
        {
            return new(ComponentState.Unknown, "Totals have not been recounted yet.");
        }

        if (recount.Laws > 0)
        {
            return new(
                ComponentState.Bad,
                Plural(recount.Laws, "law's totals differ", "laws' totals differ") + " from the audit.",
                "votestotalsdifferfromaudit");
        }

        var age = facts.Now - checkedAt;
        return age > facts.RecountInterval * MissedRecounts
            ? new(ComponentState.Degraded, $"The last recount is {Seconds(age)} old.", "votesreconcilenotrunning")
            : new(ComponentState.Ok, $"Equal to the audit at {checkedAt.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC.");
    }

    /// <summary>Whether votes wait for longer than <see cref="LateAfter"/>, as far as anybody can tell.</summary>
    public static bool IsDelayed(ConditionFacts facts, Finding broker, Finding database, Finding ingests, Finding silos) =>
        broker.State == ComponentState.Bad
        || database.State == ComponentState.Bad
        || ingests.State == ComponentState.Bad
        || silos.State == ComponentState.Bad
        || facts.Silos.Any(static silo => silo.FlushLagSeconds > LateAfter.TotalSeconds);

    private static IEnumerable<IngestPresence> Reporting(ConditionFacts facts) =>
        facts.Ingests?.Where(static ingest => ingest.Silence < SilentAfter) ?? [];

    private static string Plural(long count, string one, string many) => $"{Number(count)} {(count == 1 ? one : many)}";

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => time < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min");
}
