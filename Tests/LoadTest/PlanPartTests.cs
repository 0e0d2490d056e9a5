using CsCheck;
using Votes.LoadTest.Planning;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class PlanPartTests
{
    [Fact]
    public void The_whole_plan_has_the_plans_amounts() => LoadPlans.Any.Sample(plan =>
    {
        var messages = new MessagePlan(plan);
        var whole = new PlanPart(messages, messages.Messages);

        Assert.Equal(
            (messages.Ballots, messages.Duplicates, messages.Redeliveries, messages.Malformed),
            (whole.Ballots, whole.Duplicates, whole.Redeliveries, whole.Malformed));
        Assert.True(whole.HasBallot(messages.Ballots - 1));
    });

    [Fact]
    public void A_part_has_what_its_messages_are() =>
        (from plan in LoadPlans.Any from share in Gen.Double[0, 1] select (plan, share)).Sample(sample =>
        {
            var messages = new MessagePlan(sample.plan);
            var part = new PlanPart(messages, (long)(sample.share * messages.Messages));
            var sent = LoadPlans.MessagesOf(sample.plan)[..(int)part.Messages];
            var votes = sent.Where(message => message.Kind is MessageKind.First or MessageKind.Duplicate).ToList();
            var ballots = votes.Select(message => message.Ballot).ToHashSet();

            Assert.Equal(ballots.Count, part.Ballots);
            Assert.Equal(votes.Count - ballots.Count, part.Duplicates);
            Assert.Equal(sent.Count(message => message.Kind == MessageKind.Redelivery), part.Redeliveries);
            Assert.Equal(sent.Count(message => message.Kind == MessageKind.Malformed), part.Malformed);
            for (long ballot = 0; ballot < messages.Ballots; ballot++)
                Assert.Equal(ballots.Contains(ballot) || part.Messages == messages.Messages, part.HasBallot(ballot));
        });

    [Fact]
    public void More_messages_than_the_plan_has_are_refused()
    {
        var plan = new MessagePlan(LoadPlans.Mixed);

        Assert.Throws<ArgumentOutOfRangeException>(() => new PlanPart(plan, plan.Messages + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PlanPart(plan, -1));
    }
}
