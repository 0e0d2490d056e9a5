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
            match => Assert.Contains(match.Value, options));
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
    public void Kubernetes_runs_the_images_that_compose_builds()
    {
        var built = OwnImages().Matches(Read("docker-compose.yml"))
            .Select(static match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(
            ["votes-ingest", "votes-silo"],
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

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex(@"\b[A-Z][A-Za-z]+__[A-Za-z0-9]+\b", RegexOptions.None, RegexLimitMilliseconds)]
    private static partial Regex OptionNames();

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
