using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using Votes.LoadTest;
using Votes.LocalCluster;
using Votes.Tests.Security;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

/// <summary>
/// Two silos and an Ingest as real processes, with TLS to database and broker and among themselves, secrets from files, and
/// logs at their most talkative.
/// </summary>
[NeedsServers]
public sealed class SecureClusterTests : IAsyncDisposable
{
    private const int Votes = 4_000;
    private const int LeastSecretLength = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private static readonly string[] SecretSettings =
    [
        "ConnectionStrings__Votes", "RabbitMq__Uri", "VoterKey__Secret", "Access__SignInSecret", "Access__OperatorKeySha256",
    ];

    private readonly LocalFolder _folder = LocalFolder.ForTests("secure-cluster");
    private readonly TestCertificates _servers;
    private readonly TestCertificates _members;
    private readonly ServerTls _member;
    private Cluster? _cluster;

    public SecureClusterTests()
    {
        _servers = new TestCertificates(_folder, "servers");
        _members = new TestCertificates(_folder, "members");
        _member = _members.Issue("member", "silo.example");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _servers.Dispose();
        _members.Dispose();
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Votes_are_counted_exactly_with_TLS_everywhere_and_no_log_tells_a_secret()
    {
        var cluster = await StartAsync();
        var plan = new LoadPlan { Votes = Votes, Laws = 50, Duplicates = 0.02, Redeliveries = 0, Malformed = 0.01, Seed = 3 };
        var report = await LoadRun.RunAsync(plan, Endpoints(cluster), new LoadSettings(), new Progress<LoadProgress>(), Stop);

        Assert.Empty(report.Differences);
        Assert.True(report.Exact);
        Assert.Equal((3_880, 80, 40), (report.Counted, report.Duplicates, report.Rejected));
        await AssertEncryptedAsync(cluster);
        await AssertStrangersAreSentAwayAsync(cluster);

        var secrets = Secrets(cluster);
        var pages = await Task.WhenAll(
            cluster.Addresses.MetricsUrls.Select(static page => RunningCluster.GetAsync(page, Stop)));
        await BreakAsync(cluster);
        await cluster.StopAsync(Stop);

        // Passwords of three roles and the broker, the superuser's, voter key, operator key, sign-in secret, two private keys.
        Assert.InRange(secrets.Count, 9, 100);
        foreach (var log in Directory.EnumerateFiles(Path.Combine(_folder.Root, "logs")))
        {
            AssertTellsNone(log, await File.ReadAllTextAsync(log, Stop), secrets);
        }

        Assert.All(pages, page => AssertTellsNone("a metrics page", page, secrets));
    }

    private async Task<Cluster> StartAsync()
    {
        var talkative = new Dictionary<string, string?>
        {
            ["Logging__LogLevel__Default"] = "Debug",
            ["Logging__LogLevel__Orleans"] = "Information",
            ["Logging__LogLevel__Microsoft"] = "Information",
            ["Cluster__Tls__CertificateFile"] = _member.CertificateFile,
            ["Cluster__Tls__KeyFile"] = _member.KeyFile,
            ["Cluster__Tls__CaFile"] = _member.CaFile,
        };
        var options = new ClusterOptions
        {
            Folder = _folder,
            EnvironmentName = "Production",
            SharedBuffersMegabytes = 128,
            Tls = _servers.Issue("servers", "127.0.0.1"),
            SiloVariables = talkative,
            IngestVariables = talkative,
            VariablesOf = (_, variables) => IntoFiles(variables),
        };
        return _cluster = await Cluster.StartAsync(options, static _ => { }, Stop);
    }

    private Dictionary<string, string?> IntoFiles(IReadOnlyDictionary<string, string?> variables)
    {
        var changes = new Dictionary<string, string?>();
        foreach (var name in SecretSettings.Where(variables.ContainsKey))
        {
            var file = Path.Combine(_folder.Root, "mounted", name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, variables[name] + "\n");
            changes[name] = null;
            changes[name + "_FILE"] = file;
        }

        return changes;
    }

    private static Endpoints Endpoints(Cluster cluster) => new()
    {
        PostgresUrl = cluster.Addresses.PostgresUrl,
        AmqpUrl = cluster.Addresses.AmqpUrl,
        AmqpOperatorUrl = cluster.Addresses.AmqpOperatorUrl,
        AmqpCaFile = cluster.Addresses.AmqpCaFile,
        MetricsUrls = cluster.Addresses.MetricsUrls,
    };

    private static async Task AssertEncryptedAsync(Cluster cluster)
    {
        await using var source = NpgsqlDataSource.Create(cluster.Postgres.SuperuserConnectionString("votes"));
        await using var command = source.CreateCommand("""
            select count(*) filter (where ssl), count(*) filter (where not ssl)
              from pg_stat_ssl join pg_stat_activity using (pid)
             where usename in ('votes_silo', 'votes_ingest', 'votes_service')
            """);
        await using var row = await command.ExecuteReaderAsync(Stop);
        Assert.True(await row.ReadAsync(Stop));
        Assert.NotEqual(0, row.GetInt64(0));
        Assert.Equal(0, row.GetInt64(1));
        Assert.Equal("amqps", cluster.Addresses.AmqpUrl.Scheme);
    }

    /// <summary>Without a certificate, and with one of another authority, for the silos' port and the clients'.</summary>
    private async Task AssertStrangersAreSentAwayAsync(Cluster cluster)
    {
        var silo = cluster.Silos[0];
        var strange = _servers.Issue("stranger", "silo.example");
        using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(
            strange.CertificateFile, strange.KeyFile);

        // As the broker's would be, had the members' authority signed it.
        var broker = _members.IssueFor([TestCertificates.ForServers], "broker", "rabbitmq");
        using var serverOnly = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(
            broker.CertificateFile, broker.KeyFile);
        var anything = _members.IssueFor([], "anything", "rabbitmq");
        using var purposeless = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(
            anything.CertificateFile, anything.KeyFile);
        foreach (var port in new[] { silo.Address.SiloPort, silo.Address.GatewayPort })
        {
            Assert.False(await IsWelcomeAsync(port, serverOnly), "with a server's certificate of the members' authority");
            Assert.False(await IsWelcomeAsync(port, purposeless), "with a certificate that names no purpose");
            Assert.False(await IsWelcomeAsync(port, null), "without a certificate");
            Assert.False(await IsWelcomeAsync(port, certificate), "with a certificate of another authority");
        }

        Assert.True(await LogHoldsAsync(silo, "is not talked to, as TLS with it failed: "));
        Assert.True(await LogHoldsAsync(silo, "its extended key usage must name both serverAuth and clientAuth"));
        Assert.True(await LogHoldsAsync(silo, "it was not signed by an authority in Cluster:Tls:CaFile"));
    }

    private static async Task<bool> IsWelcomeAsync(
        int port, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, Stop);
        await using var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "silo.example",
                    ClientCertificates = certificate is null ? null : [certificate],
#pragma warning disable CA5359 // It is the silo that is to refuse.
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                Stop);

            // With TLS 1.3 the other side's verdict comes with the first bytes. A silo that takes part sends its preamble.
            return await stream.ReadAsync(new byte[1], Stop) > 0;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return false;
        }
    }

    /// <summary>Makes processes complain: the database goes, then the broker, and a further start goes wrong.</summary>
    private static async Task BreakAsync(Cluster cluster)
    {
        await cluster.Postgres.StopImmediatelyAsync(Stop);
        Assert.True(
            await Poll.UntilAsync(
                async token => !await cluster.Silos[0].IsReadyAsync(token), Patience, LookInterval, Stop));
        await cluster.RabbitMq.KillAsync(Stop);
        Assert.True(await LogHoldsAsync(cluster.Ingests[0], "cannot consume; it tries again"));

        // Its database is away: it waits for it, and says so.
        await cluster.Ingests[0].KillAsync(Stop);
        cluster.Ingests[0].Start();
        Assert.True(await LogHoldsAsync(cluster.Ingests[0], "NpgsqlException"));
    }

    private static Task<bool> LogHoldsAsync(ServiceProcess service, string text) => Poll.UntilAsync(
        async token =>
        {
            await using var file = new FileStream(service.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            return (await reader.ReadToEndAsync(token)).Contains(text, StringComparison.Ordinal);
        },
        Patience,
        LookInterval,
        Stop);

    /// <summary>Every secret, by what it is: those that the cluster made up, and the private keys line by line.</summary>
    private Dictionary<string, string> Secrets(Cluster cluster)
    {
        var secrets = Directory.EnumerateFiles(_folder.Secrets)
            .ToDictionary(static file => Path.GetFileName(file), static file => File.ReadAllText(file).Trim());
        Assert.Contains(cluster.OperatorKey, secrets.Values);
        foreach (var key in Directory.EnumerateFiles(Path.Combine(_folder.Root, "certificates"), "*.key"))
        {
            var lines = File.ReadLines(key).Where(static line => line.Length >= LeastSecretLength && line[0] != '-');
            foreach (var (number, line) in lines.Index())
            {
                secrets[string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(key)}, line {number}")] = line;
            }
        }

        // As the database keeps none of it, the voter key has to be in no form that can be turned back.
        secrets["voter key, hexadecimal"] = Convert.ToHexString(Convert.FromBase64String(secrets["voter_key"]));
        return secrets;
    }

    private static void AssertTellsNone(string where, string text, Dictionary<string, string> secrets)
    {
        Assert.NotEmpty(text);

        // As the JSON lines write it; keys in base64 have it.
        text = text.Replace("\\u002B", "+", StringComparison.OrdinalIgnoreCase);
        Assert.All(secrets, secret =>
        {
            Assert.InRange(secret.Value.Length, LeastSecretLength, int.MaxValue);
            Assert.False(text.Contains(secret.Value, StringComparison.OrdinalIgnoreCase), $"{where} tells {secret.Key}");
        });
    }
}
