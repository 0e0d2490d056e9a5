using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Votes.LocalCluster;
using Votes.Security;
using Votes.Silo.Hosting;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

/// <summary>What a silo says of a pooler between it and PostgreSQL; with a real PgBouncer where there is one.</summary>
[NeedsServers]
public sealed class SessionSettingsTests(TestServers servers)
{
    private const string PgBouncer = "/usr/sbin/pgbouncer";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_of_the_server_itself_keep_their_settings()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);

        await SessionSettings.EnsureKeptAsync(database.SiloConnectionString, Stop);
    }

    [Theory]
    [InlineData("statement_timeout", "0")]
    [InlineData("plan_cache_mode", "auto")]
    [InlineData("synchronous_commit", "off")]
    public void A_setting_that_was_dropped_is_named(string name, string value)
    {
        var found = new Dictionary<string, string>
        {
            ["application_name"] = "votes-check",
            ["enable_seqscan"] = "off",
            ["plan_cache_mode"] = "force_generic_plan",
            ["statement_timeout"] = "5000",
            ["synchronous_commit"] = "on",
        };
        SessionSettings.ThrowIfDropped(found);
        found[name] = value;

        var refused = Assert.Throws<DroppedSettingsException>(() => SessionSettings.ThrowIfDropped(found));

        Assert.Contains($"({name} is '{value}' in place of", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("session")]
    [InlineData("transaction")]
    public async Task A_pooler_that_drops_settings_is_refused(string mode)
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var pooler = await StartPoolerAsync(database, $"pool_mode = {mode}", "ignore_startup_parameters = options");

        var refused = await Assert.ThrowsAsync<DroppedSettingsException>(
            () => SessionSettings.EnsureKeptAsync(pooler.ConnectionString, Stop));

        Assert.Contains("statement_timeout is '0' in place of '5000'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pooler_that_refuses_settings_is_a_sentence()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var pooler = await StartPoolerAsync(database);

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => SessionSettings.EnsureKeptAsync(pooler.ConnectionString, Stop));

        Assert.Contains("A pooler such as PgBouncer", DatabaseErrors.Tell(refused), StringComparison.Ordinal);
    }

    private static async Task<Pooler> StartPoolerAsync(TestDatabase database, params string[] settings)
    {
        Assert.SkipUnless(File.Exists(PgBouncer), "PgBouncer is not installed (apt-get install pgbouncer).");
        var pooler = new Pooler(database, settings);
        try
        {
            await pooler.UntilItListensAsync(Stop);
            return pooler;
        }
        catch
        {
            await pooler.DisposeAsync();
            throw;
        }
    }

    private sealed class Pooler : IAsyncDisposable
    {
        private const UnixFileMode ForOthers = UnixFileMode.OtherExecute | UnixFileMode.OtherRead;

        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("votes-pgbouncer");
        private readonly Process _process;
        private readonly int _port = Ports.Free();

        public Pooler(TestDatabase database, string[] settings)
        {
            var server = new NpgsqlConnectionStringBuilder(database.SiloConnectionString);
            var file = Path.Combine(_folder.FullName, "pgbouncer.ini");
            File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"""
                [databases]
                * = host={server.Host} port={server.Port} user={server.Username} password={server.Password}
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {_port}
                unix_socket_dir =
                auth_type = any
                {string.Join('\n', settings)}
                """));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_folder.FullName, File.GetUnixFileMode(_folder.FullName) | ForOthers);
            }

            // It refuses to run as root.
            string[] user = Environment.UserName == "root" ? ["-u", "postgres"] : [];
            _process = Process.Start(new ProcessStartInfo(PgBouncer, [.. user, "-q", file]))!;
            ConnectionString = new NpgsqlConnectionStringBuilder(database.SiloConnectionString) { Port = _port }
                .ConnectionString;
        }

        public string ConnectionString { get; }

        public async Task UntilItListensAsync(CancellationToken stop)
        {
            var listens = await Poll.UntilAsync(
                async token =>
                {
                    using var socket = new System.Net.Sockets.TcpClient();
                    try
                    {
                        await socket.ConnectAsync("127.0.0.1", _port, token);
                        return true;
                    }
                    catch (System.Net.Sockets.SocketException)
                    {
                        return false;
                    }
                },
                StartLimit,
                TimeSpan.FromMilliseconds(50),
                stop);
            Assert.True(listens && !_process.HasExited, "PgBouncer did not start.");
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
