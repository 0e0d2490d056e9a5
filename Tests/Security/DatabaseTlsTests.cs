using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Votes.LocalCluster;
using Votes.Ops.CommandLine;
using Votes.Security;
using Votes.Silo.Schema;
using Votes.Tests.Ops;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Security;

/// <summary>A real PostgreSQL with ssl on, whose certificate is for 127.0.0.1 alone.</summary>
[NeedsServers]
public sealed class DatabaseTlsTests : IAsyncLifetime
{
    private const string Password = "votes";

    private readonly LocalFolder _folder = LocalFolder.ForTests("database-tls");
    private readonly TestCertificates _ours;
    private readonly PostgresServer _server;
    private TestDatabase? _database;

    public DatabaseTlsTests()
    {
        _ours = new TestCertificates(_folder, "ours");
        _server = TestServers.NewPostgres(_folder, _ours.Issue("postgres", "127.0.0.1"));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync(Stop);
        _database = await TestDatabase.BootstrapAsync(_server, "votes", Stop);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _server.DisposeAsync();
        _ours.Dispose();
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Owner_migrates_and_operators_recount_where_the_certificate_is_right()
    {
        await SchemaMigrator.MigrateAsync(_database!.OwnerConnectionString, NullLogger.Instance, Stop);
        var (status, output) = await ReconcileAsync(_database.ServiceConnectionString);
        var (byUrl, _) = await ReconcileAsync(
            $"postgresql://votes_service:{Password}@127.0.0.1:{_server.Port}/votes?sslmode=verify-full"
                + $"&sslrootcert={_ours.CaFile}");

        Assert.Equal((0, 0), (status, byUrl));
        Assert.DoesNotContain("error", output, StringComparison.Ordinal);
        await using var source = NpgsqlDataSource.Create(_database.ServiceConnectionString);
        await using var command = source.CreateCommand("select version from pg_stat_ssl where pid = pg_backend_pid()");
        Assert.Equal("TLSv1.3", await command.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task Certificate_of_another_authority_is_refused_and_the_message_says_what_it_must_be_like()
    {
        using var theirs = new TestCertificates(_folder, "theirs");

        await AssertRefusedAsync(settings => settings.RootCertificate = theirs.CaFile);
    }

    [Fact]
    public async Task Certificate_for_another_name_is_refused_and_the_message_says_what_it_must_be_like() =>
        await AssertRefusedAsync(static settings => settings.Host = "localhost");

    [Fact]
    public async Task Authority_that_is_not_there_is_told_of()
    {
        var settings = new NpgsqlConnectionStringBuilder(_database!.OwnerConnectionString) { RootCertificate = "/nowhere/ca" };

        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => SchemaMigrator.MigrateAsync(settings.ConnectionString, NullLogger.Instance, Stop));

        Assert.Contains("/nowhere/ca", DatabaseErrors.Tell(error), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, DatabaseErrors.Tell(error), StringComparison.Ordinal);
    }

    private async Task AssertRefusedAsync(Action<NpgsqlConnectionStringBuilder> change)
    {
        const string Reason = "The database's certificate is refused. It must be signed by an authority in the connection "
            + "string's Root Certificate, be for the host's name there, and not be out of date.";
        var owner = new NpgsqlConnectionStringBuilder(_database!.OwnerConnectionString);
        change(owner);

        // At once: waiting, as for a server that is not up, would not change it.
        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(
            () => SchemaMigrator.MigrateAsync(owner.ConnectionString, NullLogger.Instance, Stop));
        Assert.StartsWith(Reason, DatabaseErrors.Tell(error), StringComparison.Ordinal);

        var (status, output) = await ReconcileAsync(owner.ConnectionString);
        Assert.Equal(2, status);
        Assert.Contains(Reason, output, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Output)> ReconcileAsync(string database)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        var status = await new Commands(DeadLetterFixture.Console(output), output).RunAsync(
            ["reconcile", "--postgres-url", database], Stop);
        return (status, output.ToString());
    }
}
