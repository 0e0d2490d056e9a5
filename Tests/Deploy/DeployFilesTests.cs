using System.Text.RegularExpressions;
using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.Deploy;

/// <summary>What compose, Kubernetes and rules name must be there: nothing else says so until it is deployed.</summary>
public sealed partial class DeployFilesTests
{
    private const int RegexLimitMilliseconds = 1_000;

    private static readonly string[] Compose = ["docker-compose.yml"];
    private static readonly string[] Images = ["Dockerfile.silo", "Dockerfile.ingest", "Dockerfile.tools"];

    private static string[] Manifests => [.. Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "deploy/k8s"), "*.yaml", SearchOption.AllDirectories)
        .Select(static path => Path.GetRelativePath(Repository.Root, path))];

    [Fact]
    public void Every_option_that_is_set_is_one_that_the_programs_have()
    {
        var options = Read(".env.example").Split('\n')
            .Select(static line => line.TrimStart('#').Split('=')[0]).ToHashSet(StringComparer.Ordinal);

        Assert.All(
            Compose.Concat(Images).Concat(Manifests).SelectMany(static file => OptionNames().Matches(Read(file))),
            match => Assert.Contains(match.Groups["name"].Value, options));
    }

    [Fact]
    public void Every_secret_of_compose_is_made_up_by_the_script_and_has_no_default()
    {
        var made = SecretNames().Matches(Read("deploy/new-env.sh"))
            .Select(static match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var named = Substitutions().Matches(Read("docker-compose.yml"));

        Assert.NotEmpty(named);
        Assert.All(named, match => Assert.True(
            match.Groups["kind"].Value == ":?"
                ? made.Contains(match.Groups["name"].Value)
                : !match.Value.Contains("PASSWORD", StringComparison.Ordinal),
            match.Value));
    }

    [Fact]
    public void Members_of_the_cluster_have_TLS_wherever_they_are_shipped()
    {
        foreach (var option in new[] { "CertificateFile", "KeyFile", "CaFile" })
        {
            Assert.Contains($"  Cluster__Tls__{option}: /etc/votes/tls/", Read("docker-compose.yml"), StringComparison.Ordinal);
            Assert.Equal(2, Read("deploy/k8s/base/kustomization.yaml").Split($"- Cluster__Tls__{option}=/etc/votes/tls/").Length - 1);
        }

        Assert.All(Compose.Concat(Manifests), static file => Assert.DoesNotContain("AllowPlaintext", Read(file)));
        foreach (var service in new[] { "silo", "ingest" })
        {
            Assert.Contains($"      <<: [*{service}-database, *members]", Service(service), StringComparison.Ordinal);
            Assert.Contains("    volumes: *certificates", Service(service), StringComparison.Ordinal);
            Assert.Contains("secretName: votes-members", Read($"deploy/k8s/base/{service}.yaml"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Silos_and_ingests_alone_are_on_the_network_of_the_cluster()
    {
        var networks = ServiceNames().Matches(Read("docker-compose.yml").Split("\nservices:\n")[1].Split("\nnetworks:\n")[0])
            .Select(static match => match.Groups["name"].Value)
            .ToDictionary(static name => name, static name => Networks().Match(Service(name)).Groups["names"].Value.Split(", "));

        Assert.Equal(["ingest", "silo"], On("cluster"));
        Assert.Equal(["grafana", "prometheus"], On("monitoring"));
        Assert.Equal(["silo"], On("front"));
        Assert.Equal(["monitoring"], networks["grafana"]);
        Assert.Equal(["metrics", "monitoring"], networks["prometheus"]);
        Assert.DoesNotContain("postgres", On("broker"));
        foreach (var name in new[] { "database", "broker", "cluster", "metrics" })
        {
            Assert.Matches($@"\n  {name}:( \{{internal: true\}}|\n    internal: true\n)", Read("docker-compose.yml"));
        }

        IEnumerable<string> On(string network) =>
            networks.Where(pair => pair.Value.Contains(network)).Select(static pair => pair.Key).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Each_program_has_the_broker_s_account_that_is_its_own()
    {
        var accounts = Accounts().Matches(Read("deploy/rabbitmq/definitions.template.json"))
            .Select(static match => match.Groups["name"].Value).ToList();
        Assert.Equal(
            [BrokerAccounts.PublisherUser, BrokerAccounts.IngestUser, BrokerAccounts.SiloUser, BrokerAccounts.AdminUser],
            accounts);

        Assert.Contains($"RabbitMq__Uri: \"amqp://{BrokerAccounts.SiloUser}:", Service("silo"), StringComparison.Ordinal);
        Assert.Contains($"RabbitMq__Uri: \"amqp://{BrokerAccounts.IngestUser}:", Service("ingest"), StringComparison.Ordinal);
        Assert.Contains($" AMQP_URL: \"amqp://{BrokerAccounts.PublisherUser}:", Service("load-test"), StringComparison.Ordinal);
        Assert.DoesNotContain(BrokerAccounts.AdminUser, Read("docker-compose.yml"), StringComparison.Ordinal);
        Assert.DoesNotContain("management", Read("docker-compose.yml").Replace("management plugin", "", StringComparison.Ordinal));
        Assert.DoesNotContain("management", Read("deploy/rabbitmq/enabled_plugins"), StringComparison.Ordinal);
        Assert.Contains("load_definitions = ", Read("deploy/rabbitmq/rabbitmq.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_reach_pods_as_files()
    {
        Assert.All(Manifests, static file => Assert.DoesNotContain("secretKeyRef", Read(file), StringComparison.Ordinal));
    }

    [Fact]
    public void Kubernetes_runs_the_images_that_compose_builds()
    {
        var built = OwnImages().Matches(Read("docker-compose.yml"))
            .Select(static match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(
            ["votes-ingest", "votes-silo", "votes-tools"],
            Manifests.SelectMany(static file => OwnImages().Matches(Read(file)))
                .Select(static match => match.Groups["name"].Value).Distinct().Order().Where(built.Contains));
    }

    [Theory]
    [InlineData("Dockerfile.silo", "Silo")]
    [InlineData("Dockerfile.ingest", "Ingest")]
    [InlineData("Dockerfile.tools", "Ops")]
    public void An_image_copies_every_project_and_file_that_its_program_is_made_of(string image, string project)
    {
        var copied = Copies().Matches(Read(image))
            .SelectMany(static match => match.Groups["paths"].Value.Split(' ')[..^1]).ToHashSet(StringComparer.Ordinal);

        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
        Assert.All(ProjectsBelow(project), name =>
        {
            Assert.All(
                new[] { name, $"{name}/{name}.csproj", $"{name}/packages.lock.json" },
                path => Assert.Contains(path, copied));
            Assert.All(
                LinkedFiles().Matches(Read($"{name}/{name}.csproj")).Select(static match => match.Groups["path"].Value),
                file => Assert.Contains(
                    copied, path => file == path || file.StartsWith(path + "/", StringComparison.Ordinal)));
        });
    }

    [Fact]
    public void Every_alert_is_tested_and_has_a_runbook()
    {
        var tests = Read("prometheus/rules_test.yml");
        var rules = Read("prometheus/alerts.yml").Split("- alert: ")[1..];

        Assert.All(rules, rule => Assert.Contains(rule.Split('\n')[0].Trim(), tests));
        Assert.All(rules, rule =>
        {
            var runbook = Runbooks().Match(rule);
            Assert.True(runbook.Success, rule);
            Assert.Contains(
                Read(runbook.Groups["page"].Value).Split('\n'),
                line => line.StartsWith('#') && Anchor(line) == runbook.Groups["heading"].Value);
        });
    }

    private static string Anchor(string heading) => heading.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-');

    private static HashSet<string> ProjectsBelow(string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var left = new Stack<string>([project]);
        while (left.TryPop(out var name))
        {
            if (found.Add(name))
            {
                foreach (Match reference in ProjectReferences().Matches(Read($"{name}/{name}.csproj")))
                {
                    left.Push(reference.Groups["name"].Value);
                }
            }
        }

        return found;
    }

    /// <summary>A service's part of the compose file.</summary>
    private static string Service(string name) =>
        Read("docker-compose.yml").Split($"\n  {name}:\n")[1].Split("\n\n")[0];

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex(
        @"\b(?<name>[A-Z][A-Za-z]+(__[A-Za-z0-9]+)+)(_FILE)?\b", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex OptionNames();

    [GeneratedRegex(
        "^  (?<name>[a-z-]+):$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex ServiceNames();

    [GeneratedRegex(@"    networks: \[(?<names>[^\]]+)\]", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Networks();

    [GeneratedRegex(@"\{""name"": ""(?<name>votes_[a-z]+)""", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Accounts();

    [GeneratedRegex(
        "^(?<name>[A-Z0-9_]+)=", RegexOptions.Multiline | RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex SecretNames();

    [GeneratedRegex(
        @"\$\{(?<name>[A-Z0-9_]+)(?<kind>:[?-])[^}]*\}", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Substitutions();

    [GeneratedRegex(
        "image: (?<name>votes-[a-z]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex OwnImages();

    [GeneratedRegex(
        "^COPY (?!--)(?<paths>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Copies();

    [GeneratedRegex(
        @"<(Compile|EmbeddedResource) Include=""\.\./(?<path>[^""*]+?)/?(\*[^""]*)?""",
        RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex LinkedFiles();

    [GeneratedRegex(
        @"<ProjectReference Include=""\.\./[^""]*?(?<name>[^""/]+)\.csproj""",
        RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex ProjectReferences();

    [GeneratedRegex(
        "runbook: (?<page>[a-zA-Z/.]+)#(?<heading>[a-z-]+)", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Runbooks();
}
