using System.Text.Json;
using Votes.LoadTest;
using Votes.LoadTest.Planning;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class RunLedgerFileTests
{
    private static readonly RunLedger Ledger = new()
    {
        Plan = LoadPlans.Mixed with
        {
            LawIds = ["a", "b"],
            Choices = new Dictionary<string, IReadOnlyList<string>> { ["b"] = ["red", "blue"] },
        },
        Complete = true,
        Confirmed = 1_000,
        DeadLettersBefore = 4,
        RedeliveredBefore = new Dictionary<string, double> { ["http://127.0.0.1:8001/metrics"] = 3 },
    };

    [Fact]
    public void A_ledger_comes_back_as_it_was()
    {
        var read = RunLedgerFile.FromJson(RunLedgerFile.ToJson(Ledger));

        Assert.Equal(RunLedgerFile.ToJson(Ledger), RunLedgerFile.ToJson(read));
        Assert.Equal(LoadPlans.Run, read.Plan.RunId);
        Assert.Equal(LoadPlans.MessagesOf(Ledger.Plan), LoadPlans.MessagesOf(read.Plan));
        Assert.Equal(["red", "blue"], new MessagePlan(read.Plan).ChoicesOf(1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Plan":{"RunId":"xyz"}}""")]
    [InlineData("""{"Plan":{"Votes":0}}""")]
    public void A_file_that_is_no_ledger_is_refused(string json) =>
        Assert.Throws<JsonException>(() => RunLedgerFile.FromJson(json));

    [Theory]
    [InlineData("0123456789ab", true)]
    [InlineData("0123456789a", false)]
    [InlineData("0123456789abc", false)]
    [InlineData("0123456789ag", false)]
    [InlineData(null, false)]
    public void A_run_id_is_12_hexadecimal_digits(string? text, bool valid)
    {
        Assert.Equal(valid, RunId.TryParse(text, out var runId));
        if (valid)
            Assert.Equal(text, runId.ToString());
    }
}
