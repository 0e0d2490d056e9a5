using Npgsql;
using Votes.Ops;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ops;

[NeedsServers]
public sealed class ArchiveCommandTests(TestServers servers) : IDisposable
{
    private const string Totals =
        "select string_agg(concat_ws(' ', law_id, choice, total, version), ', ' order by law_id, choice) from vote_results";

    private const string Votes = """
        select md5(string_agg(concat_ws(' ', law_id, voter, vote_id, choice, cast_at, counted_at), ',' order by law_id, voter))
          from vote_audit
        """;

    private const string OnRecord = """
        select string_agg(concat_ws(' ', who, action, subject, details->>'votes'), ', ' order by entry_id) from operator_log
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("votes-archive-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder.FullName, "law%2F1.votes.ndjson.gz");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Closed_law_is_archived_and_restored_and_its_totals_stay()
    {
        await using var scene = await SceneAsync();
        var (totals, votes) = (await TextAsync(scene, Totals), await TextAsync(scene, Votes));

        var (status, output, errors) = await RunAsync(scene, "create");
        Assert.Equal((ExitStatus.Done, ""), (status, errors));
        Assert.Contains("7 votes, as many as the totals say", output, StringComparison.Ordinal);
        Assert.Contains("7 rows dropped", output, StringComparison.Ordinal);
        Assert.Equal(2, await scene.ScalarAsync("select count(*) from vote_audit"));
        Assert.Equal(totals, await TextAsync(scene, Totals));
        Assert.Equal(0, await scene.ScalarAsync("select count(*) from vote_ledger where difference <> 0"));
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync()).Status);
        Assert.Equal("OK", (await ChecksumToolAsync()).Split(": ")[^1].Trim());
        Assert.Contains("nothing is left to be done", (await RunAsync(scene, "create")).Output, StringComparison.Ordinal);

        (status, output, errors) = await RunAsync(scene, "restore");
        Assert.Equal((ExitStatus.Done, ""), (status, errors));
        Assert.Contains("7 votes are back", output, StringComparison.Ordinal);
        Assert.Equal(votes, await TextAsync(scene, Votes));
        Assert.Equal(totals, await TextAsync(scene, Totals));
        Assert.Equal(0, await scene.ScalarAsync("select count(*) from archived_votes"));
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync()).Status);
        Assert.Equal(
            "database:votes_owner archive-create law/1 7, database:votes_owner archive-restore law/1 7",
            await TextAsync(scene, OnRecord));
    }

    [Fact]
    public async Task Archived_law_takes_no_vote_and_stays_closed()
    {
        await using var scene = await SceneAsync();
        Assert.Equal(ExitStatus.Done, (await RunAsync(scene, "create")).Status);
        var totals = await TextAsync(scene, Totals);

        // Their voters are not on record any more: neither a redelivery nor a second vote may count.
        await scene.CountAsync("law/1", VoteSamples.Of(3));
        var opened = await Assert.ThrowsAsync<PostgresException>(
            () => scene.ExecuteAsync("update laws set status = 'open' where law_id = 'law/1'"));
        await Assert.ThrowsAsync<PostgresException>(() => scene.ExecuteAsync("delete from laws where law_id = 'law/1'"));

        Assert.Contains("stays closed", opened.MessageText, StringComparison.Ordinal);
        Assert.Equal(totals, await TextAsync(scene, Totals));
        await scene.ExecuteAsync("update laws set title = 'Another' where law_id = 'law/1'");
    }

    [Fact]
    public async Task Archive_that_was_broken_off_goes_on()
    {
        await using var scene = await SceneAsync();
        await scene.ExecuteAsync(
            """
            create function fail() returns trigger language plpgsql as $$ begin raise exception 'broken off'; end $$;
            create trigger fails before delete on vote_audit for each row execute function fail();
            """);
        Assert.Equal(ExitStatus.Unusable, (await RunAsync(scene, "create")).Status);
        await scene.ExecuteAsync("drop trigger fails on vote_audit");

        // A part of the rows is gone, as after a slice of them.
        await scene.ExecuteAsync(
            """
            with gone as (delete from vote_audit where law_id = 'law/1' and choice = 'no' returning choice)
            insert into archived_votes select 'law/1', choice, count(*) from gone group by choice
            """);
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync()).Status);

        var (status, output, _) = await RunAsync(scene, "create");
        Assert.Equal(ExitStatus.Done, status);
        Assert.Contains("5 rows dropped", output, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync()).Status);
    }

    [Theory]
    [InlineData("create", "")]
    [InlineData("restore", " ")]
    public async Task No_law_at_all_is_told_before_anything_is_asked(string command, string law)
    {
        await using var scene = await SceneAsync();

        var (status, output, errors) = await RunAsync(scene, command, law);

        Assert.Equal(
            (ExitStatus.Unusable, "", "error: which law? Name one: make archive LAW=law-2026-001, or --law"),
            (status, output, errors.Trim()));
    }

    [Theory]
    [InlineData("update laws set status = 'open'", "it is open")]
    [InlineData("delete from vote_audit where law_id = 'law/1'; delete from vote_results where law_id = 'law/1'", "it has no votes")]
    [InlineData("delete from laws where law_id = 'law/1'", "no such law")]
    [InlineData("update vote_results set total = total + 1 where law_id = 'law/1' and choice = 'yes'", "its totals are not its votes")]
    [InlineData("update minutes_range set until = since", "not in the charts' minutes yet")]
    public async Task Law_that_is_not_ready_is_left_alone(string change, string reason)
    {
        await using var scene = await SceneAsync();
        await scene.ExecuteAsync(change);
        var votes = await TextAsync(scene, Votes);

        var (status, _, errors) = await RunAsync(scene, "create");

        Assert.Equal(ExitStatus.Failed, status);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Equal(votes, await TextAsync(scene, Votes));
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task File_that_is_not_what_was_written_is_refused()
    {
        await using var scene = await SceneAsync();
        Assert.Equal(ExitStatus.Done, (await RunAsync(scene, "create")).Status);
        var bytes = await System.IO.File.ReadAllBytesAsync(File, Stop);
        await System.IO.File.WriteAllBytesAsync(File, [.. bytes, 0], Stop);

        var (status, _, errors) = await RunAsync(scene, "restore");
        Assert.Equal(ExitStatus.Failed, status);
        Assert.Contains("is not the file that was written", errors, StringComparison.Ordinal);
        Assert.Equal(2, await scene.ScalarAsync("select count(*) from vote_audit"));

        await System.IO.File.WriteAllBytesAsync(File, bytes, Stop);
        Assert.Equal(ExitStatus.Done, (await RunAsync(scene, "restore")).Status);
        Assert.Contains("is there already", (await RunAsync(scene, "create")).Errors, StringComparison.Ordinal);
        Assert.Equal(9, await scene.ScalarAsync("select count(*) from vote_audit"));
    }

    [Fact]
    public async Task Applications_role_may_not_archive()
    {
        await using var scene = await SceneAsync();

        var (status, _, errors) = await ReconcileFixture.RunCommandAsync(
            scene.ServiceConnectionString, "archive", "create", "--law", "law/1", "--folder", _folder.FullName);

        Assert.Equal(ExitStatus.Unusable, status);
        Assert.Contains("it takes the tables' owner", errors, StringComparison.Ordinal);
        Assert.Equal(9, await scene.ScalarAsync("select count(*) from vote_audit"));
    }

    private async Task<ReconcileFixture> SceneAsync()
    {
        var scene = await ReconcileFixture.CreateAsync(servers);
        await scene.CountAsync("law/1", [.. VoteSamples.Of(5), VoteSamples.By(8, "no"), VoteSamples.By(9, "no")]);
        await scene.CountAsync("other", VoteSamples.Of(2));
        await scene.ExecuteAsync(
            """
            insert into laws (law_id, status) values ('law/1', 'closed'), ('other', 'open')
                on conflict (law_id) do update set status = excluded.status;
            update minutes_range set until = now() + interval '1 minute';
            """);
        return scene;
    }

    private Task<(int Status, string Output, string Errors)> RunAsync(
        ReconcileFixture scene, string command, string law = "law/1") =>
        ReconcileFixture.RunCommandAsync(
            scene.OwnerConnectionString, "archive", command, "--law", law, "--folder", _folder.FullName);

    private async Task<string> ChecksumToolAsync()
    {
        using var tool = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sha256sum", ["-c", File + ".sha256"])
            {
                WorkingDirectory = _folder.FullName,
                UseShellExecute = false,
                RedirectStandardOutput = true,
            })!;
        var said = await tool.StandardOutput.ReadToEndAsync(Stop);
        await tool.WaitForExitAsync(Stop);
        return said;
    }

    private static async Task<string?> TextAsync(ReconcileFixture scene, string sql)
    {
        await using var command = scene.Owner.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop) as string;
    }
}
