using System.Text;
using System.Text.Json;
using CsCheck;
using Votes.LoadTest;
using Votes.LoadTest.Planning;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class MessageWriterTests
{
    private static readonly DateTimeOffset CastAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(1))
        .AddMicroseconds(7);

    [Fact]
    public void A_vote_is_written_as_the_contract_says()
    {
        var plan = new MessagePlan(LoadPlans.Mixed with { Duplicates = 0, Redeliveries = 0, Malformed = 0 });
        var message = plan.At(3);
        var choice = plan.ChoicesOf(message.Law)[message.Choice];

        Assert.Equal(
            $$"""
            {"vote_id":"01234567-89ab-8000-8000-000000000003","law_id":"{{plan.Laws[message.Law]}}",
            """ +
            $$"""
            "voter_id":"voter-0123456789ab-{{message.Voter}}","choice":"{{choice}}",
            """ +
            """
            "cast_at":"2026-03-01T11:00:00.000007Z"}
            """,
            Encoding.UTF8.GetString(Written(plan, message)));
    }

    [Fact]
    public void A_redelivery_carries_the_same_bytes() => LoadPlans.Any.Sample(loadPlan =>
    {
        var plan = new MessagePlan(loadPlan);
        Assert.All(LoadPlans.MessagesOf(loadPlan).Where(message => message.Kind == MessageKind.Redelivery),
            message => Assert.Equal(Written(plan, plan.At(message.Source)), Written(plan, message)));
    });

    [Fact]
    public void Every_vote_has_an_id_of_its_own()
    {
        var plan = new MessagePlan(LoadPlans.Mixed);
        var ids = LoadPlans.MessagesOf(LoadPlans.Mixed)
            .Where(message => message.Kind is MessageKind.First or MessageKind.Duplicate)
            .Select(message => JsonDocument.Parse(Written(plan, message)).RootElement.GetProperty("vote_id").GetGuid());

        Assert.Equal(900, ids.Distinct().Count());
    }

    [Fact]
    public void Laws_and_choices_are_escaped()
    {
        const string Law = "law \"1\" \\ ü 漢 \u2028";
        var plan = new MessagePlan(LoadPlans.Mixed with
        {
            LawIds = [Law],
            Choices = new Dictionary<string, IReadOnlyList<string>> { [Law] = ["\"ja\"", "\"nö\""] },
            Duplicates = 0,
            Redeliveries = 0,
            Malformed = 0,
        });
        var message = plan.At(0);

        var vote = JsonDocument.Parse(Written(plan, message)).RootElement;
        Assert.Equal(Law, vote.GetProperty("law_id").GetString());
        Assert.Equal(plan.ChoicesOf(0)[message.Choice], vote.GetProperty("choice").GetString());
    }

    [Fact]
    public void The_longest_law_fits_the_buffer()
    {
        var law = string.Concat(Enumerable.Repeat('\u4E00', 128));
        var plan = new MessagePlan(LoadPlans.Mixed with { LawIds = [law], Votes = 1_000 });

        Assert.All(LoadPlans.MessagesOf(LoadPlans.Mixed with { LawIds = [law] }),
            message => Assert.InRange(Written(plan, message).Length, 0, MessageWriter.BufferBytes));
    }

    private static byte[] Written(MessagePlan plan, PlannedMessage message)
    {
        var buffer = new byte[MessageWriter.BufferBytes];
        return buffer[..new MessageWriter(plan).Write(message, CastAt, buffer)];
    }
}
