using Votes.Grains.Interfaces;
using Votes.Silo.Operators;
using Votes.Silo.Operators.Condition;
using Votes.Silo.Reconcile;
using Xunit;

namespace Votes.Tests.Silo.Operators.Condition;

public sealed class ConditionRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly ConditionFacts Well = new(
        [Silo("silo-1"), Silo("silo-2")],
        [Ingest("ingest-1")],
        null,
        null,
        new CheckRecord(Now.AddMinutes(-1), Now, TimeSpan.Zero, 0, 0, 0, 0),
        TimeSpan.FromMinutes(2),
        Now);

    [Fact]
    public void All_parts_are_well_while_votes_are_counted()
    {
        var view = new ConditionBook().Enter(Well);

        Assert.Equal(["broker", "database", "ingests", "silos", "totals"], view.Components.Select(static part => part.Name));
        Assert.All(view.Components, static part => Assert.Equal((ComponentState.Ok, null), (part.State, part.Runbook)));
        Assert.False(view.Counting.Delayed);
    }

    [Fact]
    public void A_broker_that_is_away_is_bad_however_well_the_silos_are() => AssertDelayed(
        Well with
        {
            Ingests = [Ingest("ingest-1", consuming: 0)],
            Queues = new QueuesView(true, "The broker at 127.0.0.1:5672 does not answer.", null, null),
        },
        "broker");

    [Fact]
    public void A_broker_that_answers_while_no_Ingest_consumes_is_well_and_the_Ingests_are_not()
    {
        var facts = Well with
        {
            Ingests = [Ingest("ingest-1", consuming: 0)],
            Queues = new QueuesView(true, null, new QueueView("votes.aggregation", 1_200, 0), null),
        };

        Assert.Equal(ComponentState.Ok, ConditionRules.Broker(facts).State);
        Assert.Equal("The broker answers; 1,200 votes wait in votes.aggregation.", ConditionRules.Broker(facts).Detail);
        AssertDelayed(facts, "ingests");
    }

    [Theory]
    [InlineData(2.9, ComponentState.Ok)]
    [InlineData(3, ComponentState.Bad)]
    public void Flushes_that_fail_for_three_seconds_are_an_outage(double seconds, ComponentState state) => Assert.Equal(
        state,
        ConditionRules.Database(Well with { Silos = [Silo("silo-1"), Silo("silo-2", new OutageView(seconds, "25006"))] }).State);

    [Fact]
    public void The_database_is_bad_where_one_silos_flushes_fail()
    {
        var facts = Well with { Silos = [Silo("silo-1"), Silo("silo-2", new OutageView(40, "25006"))] };

        AssertDelayed(facts, "database");
        Assert.Equal(
            ("Flushes fail (25006); the votes wait in the broker.", TimeSpan.FromSeconds(40)),
            (ConditionRules.Database(facts).Detail, ConditionRules.Database(facts).Lasting));
    }

    [Fact]
    public void The_database_is_bad_where_it_does_not_answer_this_silo() =>
        AssertDelayed(Well with { DatabaseProblem = "The database did not answer within 2 s." }, "database");

    [Fact]
    public void Without_any_Ingest_nothing_is_counted() => AssertDelayed(Well with { Ingests = [] }, "ingests");

    [Theory]
    [InlineData(9.9, ComponentState.Ok)]
    [InlineData(10, ComponentState.Degraded)]
    public void An_Ingest_that_is_silent_for_ten_seconds_shows(double seconds, ComponentState state) => Assert.Equal(
        state,
        ConditionRules.Ingests(Well with { Ingests = [Ingest("ingest-1"), Ingest("ingest-2", silence: seconds)] }).State);

    [Fact]
    public void An_Ingest_whose_calls_fail_or_that_consumes_in_part_is_degraded()
    {
        Assert.Equal(
            ("ingest-1 holds votes because calls to silos fail.", "votesnoprogress"),
            DetailOf(ConditionRules.Ingests(Well with { Ingests = [Ingest("ingest-1", failing: true)] })));
        Assert.Equal(
            ("ingest-1 consumes with 1 of 2 connections.", "votesnobodyconsumes"),
            DetailOf(ConditionRules.Ingests(Well with { Ingests = [Ingest("ingest-1", consuming: 1)] })));
        Assert.Equal(
            ("ingest-1 holds dead letters that the broker refuses.", "votesdeadlettersheld"),
            DetailOf(ConditionRules.Ingests(Well with { Ingests = [Ingest("ingest-1", held: 1)] })));
    }

    [Fact]
    public void A_silo_that_does_not_answer_is_degraded_and_none_that_does_is_bad()
    {
        var silent = Silo("silo-2") with { Problem = "It did not answer within 2 s." };

        Assert.Equal(ComponentState.Degraded, ConditionRules.Silos(Well with { Silos = [Silo("silo-1"), silent] }).State);
        Assert.Equal(ComponentState.Bad, ConditionRules.Silos(Well with { Silos = [silent] }).State);
        Assert.Equal(
            ComponentState.Ok,
            ConditionRules.Silos(Well with { Silos = [Silo("silo-1"), Silo("silo-0") with { Status = "dead" }] }).State);
    }

    [Fact]
    public void Totals_that_differ_are_bad_and_a_recount_that_is_late_is_degraded()
    {
        var recount = Well.Recount!;

        Assert.Equal(ComponentState.Bad, ConditionRules.Totals(Well with { Recount = recount with { Laws = 1 } }).State);
        Assert.Equal(
            ComponentState.Ok, ConditionRules.Totals(Well with { Recount = recount with { CheckedAt = Now.AddMinutes(-6) } }).State);
        Assert.Equal(
            ComponentState.Degraded,
            ConditionRules.Totals(Well with { Recount = recount with { CheckedAt = Now.AddMinutes(-6).AddSeconds(-1) } }).State);
        Assert.Equal(ComponentState.Unknown, ConditionRules.Totals(Well with { Recount = null }).State);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(10.1, true)]
    public void Votes_that_take_longer_than_ten_seconds_are_late(double lag, bool isDelayed) => Assert.Equal(
        isDelayed,
        new ConditionBook().Enter(Well with { Silos = [Silo("silo-1") with { FlushLagSeconds = lag }] }).Counting.Delayed);

    [Fact]
    public void A_part_keeps_the_time_since_which_it_is_as_it_is()
    {
        var book = new ConditionBook();
        book.Enter(Well);
        var down = Well with { DatabaseProblem = "The database did not answer within 2 s.", Now = Now.AddSeconds(30) };
        book.Enter(down);

        var view = book.Enter(down with { DatabaseProblem = "Another word for it.", Now = Now.AddSeconds(90) });

        var database = Assert.Single(view.Components, static part => part.Name == "database");
        Assert.Equal((Now.AddSeconds(30), "Another word for it."), (database.Since, database.Detail));
        Assert.Equal(new CountingView(true, Now.AddSeconds(30)), view.Counting);
        Assert.Equal(Now, view.Components[0].Since);
    }

    [Fact]
    public void An_outage_that_began_before_it_was_seen_has_its_own_time()
    {
        var view = new ConditionBook().Enter(Well with { Silos = [Silo("silo-1", new OutageView(60, "57P03"))] });

        Assert.Equal(Now.AddSeconds(-60), Assert.Single(view.Components, static part => part.Name == "database").Since);
    }

    private static void AssertDelayed(ConditionFacts facts, string bad)
    {
        var view = new ConditionBook().Enter(facts);

        Assert.True(view.Counting.Delayed);
        var part = Assert.Single(view.Components, part => part.Name == bad);
        Assert.Equal(ComponentState.Bad, part.State);
        Assert.NotNull(part.Runbook);
    }

    private static (string Detail, string? Runbook) DetailOf(Finding finding)
    {
        Assert.Equal(ComponentState.Degraded, finding.State);
        return (finding.Detail, finding.Runbook);
    }

    private static SiloView Silo(string name, OutageView? outage = null) =>
        new(name, "127.0.0.1:11111@1", "active", null, 60, 1, 0, 1, 1, 0, 0.5, outage, null, [], []);

    private static IngestPresence Ingest(
        string name, int consuming = 2, double silence = 1, bool failing = false, int held = 0) => new(
        new IngestReport(name, "1.0", TimeSpan.FromMinutes(1), 2, consuming, 0, 0, failing, held, 0, 0, false),
        TimeSpan.FromSeconds(silence),
        0,
        0);
}
