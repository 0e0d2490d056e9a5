using System.Diagnostics;
using System.Text.RegularExpressions;
using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.Deploy;

/// <summary>Dashboards, and the rules and accounts as scripts print them.</summary>
public sealed partial class MonitoringFilesTests
{
    private const int RegexLimitMilliseconds = 1_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tally")]
    [InlineData("cluster")]
    public void Dashboard_s_runbooks_are_there_and_its_variables_are_declared(string name)
    {
        var board = Read($"grafana/dashboards/{name}.json");
        var headings = Read("docs/OPERATIONS.md").Split('\n').Where(static line => line.StartsWith("### ", StringComparison.Ordinal))
            .Select(static line => line[4..].ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);

        var runbooks = Runbooks().Matches(board);
        Assert.NotEmpty(runbooks);
        Assert.All(runbooks, match => Assert.Contains(match.Groups["heading"].Value, headings));
        Assert.All(Variables().Matches(board), match => Assert.Contains($"\"name\": \"{match.Groups["name"].Value}\"", board));
    }

    [Fact]
    public async Task Rules_for_the_prometheus_operator_are_those_of_prometheus()
    {
        var printed = await RunAsync("deploy/k8s/monitoring/rules.sh");

        Assert.StartsWith("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\n", printed, StringComparison.Ordinal);
        foreach (var file in new[] { "recording", "alerts" })
        {
            Assert.All(
                Read($"prometheus/{file}.yml").Split('\n').Where(static line => line.Contains("- name: ") || line.Contains("- alert: ")),
                line => Assert.Contains($"\n  {line}\n", printed, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("\ngroups:", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_and_local_cluster_make_the_same_definitions_of_the_broker()
    {
        var accounts = new BrokerAccounts("p", "i", "s", "a");
        var script = await RunAsync(
            "deploy/rabbitmq/definitions.sh",
            ("PUBLISHER_PASSWORD", accounts.Publisher), ("INGEST_PASSWORD", accounts.Ingest),
            ("SILO_PASSWORD", accounts.Silo), ("ADMIN_PASSWORD", accounts.Admin));

        // Salts differ, and with them the hashes.
        Assert.Equal(PasswordHashes().Replace(accounts.Definitions(), "-"), PasswordHashes().Replace(script, "-"));
        Assert.Equal(4, PasswordHashes().Count(script));
        Assert.DoesNotContain('@', script);
    }

    [Fact]
    public void Ports_on_the_host_are_bound_to_loopback()
    {
        var ports = Ports().Matches(Read("docker-compose.yml") + Read("deploy/compose.dev.yml"));

        Assert.Equal(5, ports.Count);
        Assert.All(ports, static match => Assert.StartsWith("127.0.0.1:", match.Groups["port"].Value, StringComparison.Ordinal));
    }

    private static async Task<string> RunAsync(string script, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, script))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex("docs/OPERATIONS.md#(?<heading>[a-z-]+)", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Runbooks();

    [GeneratedRegex(@"\\""\$(?<name>[a-z]+)\\""|\$\{(?<name>[a-z]+)\}", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Variables();

    [GeneratedRegex("(?<=\"password_hash\": \")[A-Za-z0-9+/=]{48}(?=\")", RegexOptions.None, RegexLimitMilliseconds)]
    private static partial Regex PasswordHashes();

    [GeneratedRegex(@"ports: \[""(?<port>[^""]+)""\]", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Ports();
}
