using System.Globalization;
using Votes.Ops;
using Votes.Ops.CommandLine;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Ops;

[NeedsServers]
public sealed class TotalsCommandTests(TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Totals_are_printed_once_or_as_they_change_and_an_unknown_law_is_told()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var silo = await ApiSilo.StartAsync(database.ServiceConnectionString, ("Laws:UnknownLaw", "Reject"));
        await silo.VoteAsync("law-2026-001", [.. VoteSamples.Of(1_200), VoteSamples.By(5_000, "no")]);

        var once = await RunAsync(database, ["--law", "law-2026-001", "--once"], Stop);
        Assert.Equal((ExitStatus.Done, ""), (once.Status, once.Errors));
        Assert.Matches(
            @"^\d\d:\d\d:\d\d  yes 1,200  no 1  abstain 0  total 1,201, version 2\s*$", once.Output);

        var unknown = await RunAsync(database, ["--law", "no-such-law", "--once"], Stop);
        Assert.Equal((ExitStatus.Failed, "error: there is no law no-such-law"), (unknown.Status, unknown.Errors.Trim()));

        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        var synchronized = TextWriter.Synchronized(output);
        var following = RunAsync(database, ["--law", "law-2026-001"], synchronized, interrupt.Token);
        await UntilAsync("total 1,201,");
        await silo.VoteAsync("law-2026-001", VoteSamples.By(6_000, "abstain"));
        await UntilAsync("total 1,202,");
        await interrupt.CancelAsync();
        Assert.Equal(ExitStatus.Done, (await following).Status);

        async Task UntilAsync(string text)
        {
            while (true)
            {
                lock (synchronized)
                {
                    if (output.ToString().Contains(text, StringComparison.Ordinal))
                        return;
                }

                Assert.False(following.IsCompleted);
                await Task.Yield();
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task No_law_at_all_is_told_before_anything_is_asked(string law)
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);

        var answer = await RunAsync(database, ["--law", law], Stop);

        Assert.Equal(
            (ExitStatus.Unusable, "error: which law? Name one: make totals LAW=law-2026-001, or --law"),
            (answer.Status, answer.Errors.Trim()));
    }

    private static Task<(int Status, string Output, string Errors)> RunAsync(
        TestDatabase database, string[] args, CancellationToken stop) =>
        RunAsync(database, args, new StringWriter(CultureInfo.InvariantCulture), stop);

    private static async Task<(int Status, string Output, string Errors)> RunAsync(
        TestDatabase database, string[] args, TextWriter output, CancellationToken stop)
    {
        await using var errors = new StringWriter(CultureInfo.InvariantCulture);
        var status = await new Commands(DeadLetterFixture.Console(output), errors).RunAsync(
            ["totals", .. args, "--postgres-url", database.ServiceConnectionString], stop);
        return (status, output.ToString()!, errors.ToString());
    }
}
