using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using RabbitMQ.Client;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

/// <summary>
/// Silos and Ingests as real processes that meet what they would count wrongly with: they end by themselves, with the status
/// that the documentation names, and their last line says why.
/// </summary>
[NeedsServers]
public sealed class RefusalToStartTests(TestServers servers) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private TestDatabase _database = null!;
    private Uri _broker = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Stop);
        _broker = await servers.CreateVirtualHostAsync(Stop);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("Silo")]
    [InlineData("Ingest")]
    public async Task Schema_that_is_newer_is_refused(string program)
    {
        await ExecuteAsync($"insert into schema_journal (script, checksum) values ('9999_newer.sql', '{new string('0', 64)}')");

        await AssertRefusesAsync(program, 1, "does not know 9999_newer.sql");
    }

    [Theory]
    [InlineData("Silo")]
    [InlineData("Ingest")]
    public async Task Clock_that_differs_from_the_database_s_is_refused(string program)
    {
        // The database's clock, as far as the application's role sees it, is an hour behind.
        await ExecuteAsync(
            $"""
            create function public.clock_timestamp() returns timestamptz language sql as
              $$ select pg_catalog.clock_timestamp() - interval '1 hour' $$;
            alter role votes_service in database "{_database.Name}" set search_path = public, pg_catalog;
            """);

        await AssertRefusesAsync(program, 1, "(Cluster:ClockTolerance)");
    }

    [Fact]
    public async Task Script_of_the_schema_that_was_edited_is_refused_by_a_silo()
    {
        await ExecuteAsync($"update schema_journal set checksum = '{new string('0', 64)}' where script = '0001_votes.sql'");

        await AssertRefusesAsync("Silo", 1, "The database has had 0001_votes.sql with another text");
    }

    [Fact]
    public async Task Other_secret_of_voter_keys_is_refused_by_an_ingest()
    {
        await ExecuteAsync($"insert into voter_key (fingerprint) values ('\\x{new string('0', 64)}')");

        await AssertRefusesAsync("Ingest", 1, "VoterKey:Secret");
    }

    [Theory]
    [InlineData("Silo", 1, "Flush__Lanes", "65", "Flush:Lanes")]
    [InlineData("Silo", 1, "Flush__LockTimeout", "00:00:09", "Flush:LockTimeout is 00:00:09; it must be less than")]
    [InlineData("Silo", 1, "Cluster__SiloPort", "0", "Cluster:SiloPort")]
    [InlineData("Silo", 1, "Cluster__AdvertisedAddress", "192.0.2.1", "Cluster:AllowPlaintext=true")]
    [InlineData("Ingest", 2, "RabbitMq__Lanes", "0", "RabbitMq:Lanes")]
    [InlineData("Ingest", 2, "VoterKey__Secret", "short", "VoterKey:Secret")]
    [InlineData("Ingest", 2, "Flush__GiveBackAfter", "00:00:30", "Flush:GiveBackAfter")]
    public async Task Configuration_that_does_not_fit_is_refused(
        string program, int status, string key, string value, string names) =>
        await AssertRefusesAsync(program, status, names, (key, value));

    [Theory]
    [InlineData("votes.aggregation", false, "classic", "The queue votes.aggregation must be durable")]
    [InlineData("votes.aggregation", true, "stream", "The queue votes.aggregation is of type stream")]
    [InlineData("votes.aggregation.dead", true, "stream", "The queue votes.aggregation.dead is of type stream")]
    public async Task Queue_that_would_lose_votes_is_refused_by_an_ingest(string queue, bool durable, string type, string why)
    {
        await using var connection = await new ConnectionFactory { Uri = _broker }.CreateConnectionAsync(Stop);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Stop);
        await channel.QueueDeclareAsync(
            queue,
            durable,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = type },
            cancellationToken: Stop);

        // Queues are looked at once the Ingest is connected to the cluster.
        using var silo = Start("Silo");
        var said = Task.WhenAll(silo.StandardOutput.ReadToEndAsync(Stop), silo.StandardError.ReadToEndAsync(Stop));
        try
        {
            await AssertRefusesAsync("Ingest", 1, why);
            Assert.False(silo.HasExited);
        }
        finally
        {
            silo.Kill();
            await silo.WaitForExitAsync(CancellationToken.None);
            Array.ForEach(await said, Report);
        }
    }

    [Fact]
    public async Task Port_that_is_taken_is_told_by_an_ingest_in_a_sentence()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://{other.LocalEndpoint}";

        // An Ingest's host has started when the cluster client is connected, and not before.
        using var silo = Start("Silo");
        var said = Task.WhenAll(silo.StandardOutput.ReadToEndAsync(Stop), silo.StandardError.ReadToEndAsync(Stop));
        try
        {
            await AssertRefusesAsync(
                "Ingest",
                1,
                $"Failed to bind to address {address}: address already in use",
                ("ASPNETCORE_URLS", address),
                ("URLS", address));
        }
        finally
        {
            silo.Kill();
            await silo.WaitForExitAsync(CancellationToken.None);
            Array.ForEach(await said, Report);
        }
    }

    private async Task AssertRefusesAsync(
        string program, int status, string why, params (string Key, string Value)[] settings)
    {
        using var process = Start(program, settings);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Patience);
        try
        {
            var texts = await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            Array.ForEach(texts, Report);

            Assert.Equal(status, process.ExitCode);
            Assert.Contains(
                texts, text => text.Split('\n').LastOrDefault(static line => line.Trim().Length > 0) is { } line
                    && line.Contains(why, StringComparison.Ordinal));
        }
        finally
        {
            process.Kill();
        }
    }

    private Process Start(string program, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo(Repository.DotNet, [Repository.Program(program)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var variables = new Dictionary<string, string>
        {
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Ports.Free()}",
            ["URLS"] = $"http://127.0.0.1:{Ports.Free()}",
            ["ConnectionStrings__Votes"] = _database.ServiceConnectionString,
            ["RabbitMq__Uri"] = _broker.AbsoluteUri,
            ["VoterKey__Secret"] = Convert.ToBase64String(new byte[32]),
            ["Cluster__ClusterId"] = "votes",
            ["Cluster__ServiceId"] = "votes",
            ["Cluster__AdvertisedAddress"] = "127.0.0.1",
            ["Cluster__SiloPort"] = $"{Ports.Free()}",
            ["Cluster__GatewayPort"] = $"{Ports.Free()}",
        };
        foreach (var (key, value) in settings)
        {
            variables[key] = value;
        }

        // Inherited from a shell, it would hand the owner's rights to every process.
        start.Environment.Remove("ConnectionStrings__Owner");
        foreach (var (key, value) in variables)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start) ?? throw new UnreachableException("A program without a shell has a process.");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var owner = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
        await using var command = owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static void Report(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);
}
