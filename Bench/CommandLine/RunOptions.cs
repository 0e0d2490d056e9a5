using System.CommandLine;
using Votes.Bench.Cases;
using Votes.Bench.Running;
using Votes.LocalCluster;

namespace Votes.Bench.CommandLine;

/// <summary>The options that say what is measured, and how often.</summary>
internal sealed class RunOptions
{
    private const int MostRounds = 100;

    private static readonly BenchSettings Default = new();

    private readonly Option<string[]> _scenarios = new("--scenario", "-s")
    {
        Description = $"What to measure, separated by commas: {string.Join(", ", Scenarios.Names)}",
        DefaultValueFactory = _ => ["core"],
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _contestants = new("--contestants")
    {
        Description = "Only these of the scenarios' contestants, separated by commas",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int> _repeat = new("--repeat", "-r")
    {
        Description = "How often each case is measured",
        DefaultValueFactory = _ => 5,
    };

    private readonly Option<long> _votes = new("--votes", "-n")
    {
        Description = "Votes that a full drain measures; slow contestants get a share of it",
        DefaultValueFactory = _ => Default.Votes,
    };

    private readonly Option<long> _warmUp = new("--warm-up")
    {
        Description = "Votes before those, which no figure has in it",
        DefaultValueFactory = _ => Default.WarmUpVotes,
    };

    private readonly Option<string> _results = new("--results")
    {
        Description = "Folder for results and chart",
        DefaultValueFactory = _ => Path.Combine("bench", "results"),
    };

    private readonly Option<string?> _folder = new("--folder")
    {
        Description = "Where servers keep their data meanwhile; .local/bench in the repository if not told otherwise",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_scenarios);
        command.Options.Add(_contestants);
        command.Options.Add(_repeat);
        command.Options.Add(_votes);
        command.Options.Add(_warmUp);
        command.Options.Add(_results);
        command.Options.Add(_folder);
    }

    /// <summary>The cases to measure.</summary>
    /// <exception cref="BenchException">A name is unknown, or no case is left.</exception>
    public IReadOnlyList<BenchCase> Cases(ParseResult parsed)
    {
        var wanted = Split(parsed.GetValue(_contestants)).Select(Scenarios.ContestantOf).ToHashSet();
        var cases = Scenarios.Of(Split(parsed.GetValue(_scenarios)))
            .Where(one => wanted.Count == 0 || wanted.Contains(one.Contestant)).ToList();
        return cases.Count > 0 ? cases : throw new BenchException("none of these scenarios has such a contestant");
    }

    /// <summary>How often each case is measured.</summary>
    /// <exception cref="BenchException">The number is out of bounds.</exception>
    public int Rounds(ParseResult parsed) => parsed.GetValue(_repeat) is var rounds and >= 1 and <= MostRounds
        ? rounds
        : throw new BenchException($"repeat is {parsed.GetValue(_repeat)}; it must be from 1 to {MostRounds}");

    /// <summary>How much is measured.</summary>
    /// <exception cref="BenchException">A number is out of bounds.</exception>
    public BenchSettings Settings(ParseResult parsed)
    {
        var settings = Default with { Votes = parsed.GetValue(_votes), WarmUpVotes = parsed.GetValue(_warmUp) };
        return settings.Problems() is [var problem, ..] ? throw new BenchException(problem) : settings;
    }

    /// <summary>Where results belong.</summary>
    public string Results(ParseResult parsed) => parsed.GetValue(_results)!;

    /// <summary>Where the servers keep their data.</summary>
    public LocalFolder Folder(ParseResult parsed) =>
        new(parsed.GetValue(_folder) ?? Path.Combine(LocalFolder.Default().Root, "bench"));

    private static string[] Split(string[]? values) => [.. (values ?? []).SelectMany(value => value.Split(
        ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
