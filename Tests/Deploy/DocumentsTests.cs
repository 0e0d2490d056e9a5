using System.Text.RegularExpressions;
using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.Deploy;

/// <summary>What documents name must be there: a reader who follows a dead link or types no command is lost.</summary>
public sealed partial class DocumentsTests
{
    private const int RegexLimitMilliseconds = 1_000;

    private static readonly string[] NamesDocuments =
        [".cs", ".csproj", ".props", ".md", ".sh", ".sql", ".yml", ".yaml", ".conf", ".example"];

    private static readonly Lazy<string[]> Sources = new(FindSources);

    private static IEnumerable<string> Documents =>
        Sources.Value.Where(static path => path.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void Every_link_leads_to_a_file_and_to_a_heading_that_is_there()
    {
        Assert.All(Documents, static document => Assert.All(Links().Matches(Read(document)), link =>
        {
            var path = link.Groups["path"].Value;
            var anchor = link.Groups["anchor"].Value;
            var target = path.Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, path);

            Assert.True(Path.Exists(Path.Combine(Repository.Root, target)), $"{document} links to {path}");
            Assert.True(
                anchor.Length == 0 || Headings(target).Select(Anchor).Contains(anchor, StringComparer.Ordinal),
                $"{document} links to {path}#{anchor}");
        }));
    }

    [Fact]
    public void Every_document_that_the_code_names_is_there()
    {
        var named = Sources.Value
            .SelectMany(static source => NamedDocuments().Matches(Read(source)).Select(match => (source, match.Value)))
            .ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, static name => Assert.True(
            File.Exists(Path.Combine(Repository.Root, name.Value)), $"{name.source} names {name.Value}"));
    }

    [Fact]
    public void Every_document_is_reached_from_the_readme()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var left = new Stack<string>(["README.md"]);
        while (left.TryPop(out var document))
        {
            if (!reached.Add(document))
            {
                continue;
            }

            foreach (Match link in Links().Matches(Read(document)))
            {
                if (link.Groups["path"].Value is { Length: > 0 } path && path.EndsWith(".md", StringComparison.Ordinal))
                {
                    left.Push(Path.GetRelativePath(
                        Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, path)));
                }
            }
        }

        Assert.Equal(Documents.Order(StringComparer.Ordinal), reached.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_make_target_and_its_variables_are_in_the_makefile()
    {
        var makefile = Read("Makefile");
        var targets = Targets().Matches(makefile).Select(static match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);
        var variables = Variables().Matches(makefile).Select(static match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);
        var calls = Documents.SelectMany(Code).SelectMany(static code => MakeCalls().Matches(code)).ToArray();

        Assert.NotEmpty(calls);
        Assert.All(calls, call =>
        {
            Assert.Contains(call.Groups["target"].Value, targets);
            Assert.All(call.Groups["variable"].Captures, variable => Assert.Contains(variable.Value, variables));
        });
    }

    [Fact]
    public void Every_option_is_one_that_the_programs_have()
    {
        var defaults = Defaults();
        var sections = defaults.Keys.Select(static key => key.Split("__")[0]).ToHashSet(StringComparer.Ordinal);
        var named = Documents.SelectMany(static document => Options().Matches(Read(document)))
            .Where(match => sections.Contains(match.Groups["section"].Value))
            .Select(static match => Key(match.Groups["key"].Value)).ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, key => Assert.True(
            defaults.ContainsKey(key)
            || defaults.Keys.Any(option => option.StartsWith(key + "__", StringComparison.Ordinal)),
            key));
    }

    [Fact]
    public void Every_default_in_a_table_of_options_is_the_programs_own()
    {
        var defaults = Defaults();
        var rows = Documents.SelectMany(static document => OptionRows().Matches(Read(document))).ToArray();

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(
            $"{row.Groups["key"].Value}={defaults[Key(row.Groups["key"].Value)]}",
            $"{row.Groups["key"].Value}={row.Groups["value"].Value}"));
    }

    [Fact]
    public void Every_alert_has_a_runbook_of_its_own_that_tells_its_severity()
    {
        var pages = Read("docs/OPERATIONS.md").Split("\n### ");

        Assert.All(Read("prometheus/alerts.yml").Split("- alert: ")[1..], rule =>
        {
            var alert = rule.Split('\n')[0].Trim();
            var severity = Severities().Match(rule).Groups["severity"].Value;
            var page = Assert.Single(pages, page => page.StartsWith(alert + "\n", StringComparison.Ordinal));
            Assert.StartsWith($"*{severity}*", page.Split('\n')[1]);
            Assert.Contains($"runbook: docs/OPERATIONS.md#{Anchor(alert)}\n", rule);
        });
    }

    [Fact]
    public void Sample_of_a_grain_client_is_the_program_that_is_built() =>
        Assert.Contains($"```csharp\n{Read("samples/LiveTotals/Program.cs")}```\n", Read("docs/API.md"));

    /// <summary>The options of <c>.env.example</c> with the values that stand there.</summary>
    private static Dictionary<string, string> Defaults() => Read(".env.example").Split('\n')
        .Select(static line => line.TrimStart('#').Split('=', 2))
        .Where(static parts =>
            parts.Length == 2 && parts[0].Length > 0 && !parts[0].Contains(' ', StringComparison.Ordinal))
        .ToDictionary(static parts => parts[0], static parts => parts[1], StringComparer.Ordinal);

    private static string Key(string option) => option.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>What a document shows as code: lines of blocks, and what stands between backticks.</summary>
    private static IEnumerable<string> Code(string document)
    {
        var fenced = false;
        foreach (var line in Read(document).Split('\n'))
        {
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (fenced || line.StartsWith("    ", StringComparison.Ordinal))
            {
                yield return line.Split(" #")[0];
                continue;
            }

            foreach (Match span in CodeSpans().Matches(line))
            {
                yield return span.Groups["code"].Value;
            }
        }
    }

    private static IEnumerable<string> Headings(string document) =>
        Read(document).Split('\n').Where(static line => line.StartsWith('#'));

    /// <summary>What GitHub makes of a heading: letters, digits, hyphens, underscores; a hyphen for a space.</summary>
    private static string Anchor(string heading) => string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant()
        .Where(static c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')
        .Select(static c => c == ' ' ? '-' : c));

    private static string[] FindSources() =>
    [
        .. Directory.EnumerateFiles(Repository.Root)
            .Concat(Directory.EnumerateDirectories(Repository.Root)
                .Where(static folder => Path.GetFileName(folder)[0] != '.')
                .SelectMany(static folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)))
            .Select(static path => Path.GetRelativePath(Repository.Root, path))
            .Where(static path =>
                !path.Split('/').Any(static part => part is "bin" or "obj" or "node_modules" or "results")
                && NamesDocuments.Contains(Path.GetExtension(path), StringComparer.Ordinal)),
    ];

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex(
        @"\]\((?!https?:)(?<path>[^)#\s]*)(#(?<anchor>[^)\s]+))?\)",
        RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex Links();

    [GeneratedRegex(@"\bdocs/[A-Za-z0-9/-]+\.md\b", RegexOptions.None, RegexLimitMilliseconds)]
    private static partial Regex NamedDocuments();

    [GeneratedRegex(
        "^(?<name>[a-z][a-z-]*):", RegexOptions.Multiline | RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Targets();

    [GeneratedRegex(
        @"(^(?<name>[A-Z]+) \?=|\$\((?<name>[A-Z]+)\))",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex Variables();

    [GeneratedRegex(
        @"(^|[\s$;&|(])make (?<target>[a-z][a-z-]*)( (?<variable>[A-Z]+)=\S*)*",
        RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex MakeCalls();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex CodeSpans();

    [GeneratedRegex(
        @"\b(?<key>(?<section>[A-Z][A-Za-z]+)(:|__)[A-Z][A-Za-z0-9]+((:|__)[A-Z][A-Za-z0-9]+)?)(_FILE)?\b",
        RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex Options();

    [GeneratedRegex(
        @"^\| `(?<key>[A-Z][A-Za-z]+__[A-Za-z0-9_]+)` \| `(?<value>[^`]*)` \|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex OptionRows();

    [GeneratedRegex("severity: (?<severity>[a-z]+)", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Severities();
}
