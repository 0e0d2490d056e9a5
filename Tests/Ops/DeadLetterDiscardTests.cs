using System.Text;
using System.Text.Json;
using Npgsql;
using RabbitMQ.Client;
using Votes.DeadLetters;
using Votes.Ops;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ops;

[NeedsServers]
public sealed class DeadLetterDiscardTests(TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Discarded_letters_are_gone_and_their_numbers_stay_on_record_by_reason_and_law()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(250, "law_closed");
        for (var i = 0; i < 3; i++)
            await scene.AddAsync(Letters.Vote(i, "law-2"), "law_closed", "law_id");
        await scene.AddAsync([0xff], "not_utf8");

        var (status, output, errors) = await DiscardAsync(
            scene, database, "discard", "--reason", "law_closed", "--why", "told the publisher", "--by", "ann");

        Assert.Equal((ExitStatus.Done, ""), (status, errors));
        Assert.Contains("254 of 254 dead letters looked at, 253 discarded, 1 put back", output, StringComparison.Ordinal);
        Assert.Equal(0, await scene.ReadyAsync(DeadLetterFixture.Queue));
        Assert.Equal([0xff], Assert.Single(await scene.DrainAsync(DeadLetterFixture.DeadLetterQueue)).Body.ToArray());
        Assert.Equal(
            ["ann|told the publisher|law_closed|law-1|250", "ann|told the publisher|law_closed|law-2|3"],
            await LinesAsync(
                database,
                """
                select discarded_by || '|' || why || '|' || reason || '|' || law_id || '|' || sum(letters)
                  from discarded_dead_letters group by discarded_by, why, reason, law_id, operation order by law_id
                """));
    }

    [Fact]
    public async Task Export_has_every_letter_and_the_digest_of_what_is_discarded_then()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(5);
        await scene.AddAsync([0xff, 0x00], "not_utf8");
        var file = Path.Combine(Path.GetTempPath(), $"letters-{Guid.NewGuid():N}.ndjson");
        try
        {
            var (status, exported, errors) = await scene.RunAsync("export", file);
            Assert.Equal((ExitStatus.Done, ""), (status, errors));
            Assert.Equal(6, await scene.ReadyAsync(DeadLetterFixture.DeadLetterQueue));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            var lines = (await File.ReadAllLinesAsync(file, Stop)).Select(static line => JsonDocument.Parse(line).RootElement).ToList();
            Assert.Equal(6, lines.Count);
            Assert.Equal("/wA=", Assert.Single(lines, IsBinary).GetProperty("body_base64").GetString());
            Assert.Equal(
                Enumerable.Range(0, 5).Select(static number => Encoding.UTF8.GetString(Letters.Vote(number))),
                lines.Where(static line => !IsBinary(line)).Select(static line => line.GetProperty("body").GetString()!).Order());

            var (again, _, refusal) = await scene.RunAsync("export", file);
            Assert.Equal(ExitStatus.Unusable, again);
            Assert.Contains("cannot be written", refusal, StringComparison.Ordinal);

            var (_, discarded, _) = await DiscardAsync(scene, database, "discard", "--all", "--why", "exported");
            Assert.Equal(Digest(exported), Digest(discarded));
        }
        finally
        {
            File.Delete(file);
        }

        static bool IsBinary(JsonElement line) => line.TryGetProperty("body_base64", out _);
        static string Digest(string output) => output[(output.IndexOf("digest ", StringComparison.Ordinal) + 7)..].Trim();
    }

    [Fact]
    public async Task Purge_takes_letters_that_are_older_than_the_limit_alone()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddAsync(Letters.Vote(1), Written(TimeSpan.FromDays(31)));
        await scene.AddAsync(Letters.Vote(2), Written(TimeSpan.FromDays(29)));
        await scene.AddAsync(Letters.Vote(3), "law_closed", "law_id");

        var (status, output, errors) = await DiscardAsync(scene, database, "purge", "--older-than", "30d");

        Assert.Equal((ExitStatus.Done, ""), (status, errors));
        Assert.Contains("3 of 3 dead letters looked at, 1 discarded, 2 put back", output, StringComparison.Ordinal);
        Assert.Equal(
            ["older than 30d|1"], await LinesAsync(database, "select why || '|' || letters from discarded_dead_letters"));

        static BasicProperties Written(TimeSpan ago)
        {
            var properties = Letters.Properties("law_closed", "law_id");
            properties.Headers![LetterHeaders.At] = (TimeProvider.System.GetUtcNow() - ago).ToString("O");
            return properties;
        }
    }

    [Fact]
    public async Task Letters_stay_where_the_record_cannot_be_written()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddVotesAsync(10);
        await using (var owner = NpgsqlDataSource.Create(database.OwnerConnectionString))
        await using (var revoke = owner.CreateCommand("drop table discarded_dead_letters cascade"))
        {
            await revoke.ExecuteNonQueryAsync(Stop);
        }

        var (status, _, errors) = await DiscardAsync(scene, database, "discard", "--all", "--why", "test");

        Assert.Equal(ExitStatus.Failed, status);
        Assert.Contains("the letters that are left stay", errors, StringComparison.Ordinal);
        Assert.Equal(10, await scene.ReadyAsync(DeadLetterFixture.DeadLetterQueue));
    }

    [Theory]
    [InlineData("--why is needed", "discard", "--all")]
    [InlineData("--why is needed", "discard", "--all", "--why", " ")]
    [InlineData("say which letters", "discard", "--why", "x")]
    [InlineData("--older-than is 30", "purge", "--older-than", "30")]
    [InlineData("--older-than is 0d", "purge", "--older-than", "0d")]
    [InlineData("--older-than is 3651d", "purge", "--older-than", "3651d")]
    public async Task Command_that_does_not_say_enough_is_refused(string complaint, params string[] args)
    {
        await using var scene = await DeadLetterFixture.CreateAsync(servers);

        var (status, _, errors) = await scene.RunAsync([.. args, "--postgres-url", "Host=127.0.0.1;Port=1"]);

        Assert.Equal(ExitStatus.Unusable, status);
        Assert.Contains(complaint, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_of_hostile_letters_keeps_no_text_that_is_none_of_ours()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var scene = await DeadLetterFixture.CreateAsync(servers);
        await scene.AddAsync(Encoding.UTF8.GetBytes("""{"law_id":"a\u0000b"}"""), "x\u0000y");
        await scene.AddAsync(Encoding.UTF8.GetBytes($$"""{"law_id":"{{new string('l', 129)}}"}"""), new string('r', 65));

        var (status, _, errors) = await DiscardAsync(scene, database, "discard", "--all", "--why", "hostile");

        Assert.Equal((ExitStatus.Done, ""), (status, errors));
        Assert.Equal(
            ["(other)|-|2"],
            await LinesAsync(
                database,
                "select reason || '|' || coalesce(law_id, '-') || '|' || sum(letters) from discarded_dead_letters group by reason, law_id"));
    }

    [Fact]
    public async Task Record_cannot_be_changed_by_the_application()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);
        foreach (var statement in new[] { "delete from discarded_dead_letters", "update discarded_dead_letters set why = 'x'" })
        {
            await using var command = source.CreateCommand(statement);
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Stop));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        }
    }

    private static Task<(int Status, string Output, string Errors)> DiscardAsync(
        DeadLetterFixture scene, TestDatabase database, params string[] args) =>
        scene.RunAsync([.. args, "--postgres-url", database.ServiceConnectionString]);

    private static async Task<List<string>> LinesAsync(TestDatabase database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var lines = new List<string>();
        while (await reader.ReadAsync(Stop))
            lines.Add(reader.GetString(0));
        return lines;
    }
}
