using System.CommandLine;

namespace Votes.LoadTest.CommandLine;

/// <summary>The options that say what is published.</summary>
internal sealed class PlanOptions
{
    private static readonly LoadPlan Default = new();

    private readonly Option<long> _votes = new("--votes", "-n")
    {
        Description = "Messages in all: first votes, duplicates, redeliveries and malformed ones together",
        DefaultValueFactory = _ => Default.Votes,
    };

    private readonly Option<int> _laws = new("--laws")
    {
        Description = "Number of laws, law-000001 and on",
        DefaultValueFactory = _ => Default.Laws,
    };

    private readonly Option<string[]> _lawIds = new("--law-ids")
    {
        Description = "Ids of the laws instead of --laws, the busiest first, separated by commas",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _openLaws = new("--open-laws")
    {
        Description = "Vote on the laws that the database holds and that are open, instead of --laws",
    };

    private readonly Option<double> _skew = new("--skew")
    {
        Description = "Zipf's exponent: 0 spreads votes evenly over laws, 1 gives law k a weight of 1/k",
        DefaultValueFactory = _ => Default.Skew,
    };

    private readonly Option<double> _duplicates = new("--duplicates")
    {
        Description = "Share of second votes of a voter on a law, 0 to 1",
        DefaultValueFactory = _ => Default.Duplicates,
    };

    private readonly Option<double> _redeliveries = new("--redeliveries")
    {
        Description = "Share of messages sent once more with the same bytes, 0 to 1",
        DefaultValueFactory = _ => Default.Redeliveries,
    };

    private readonly Option<double> _malformed = new("--malformed")
    {
        Description = "Share of messages that break a rule of the message contract, 0 to 1",
        DefaultValueFactory = _ => Default.Malformed,
    };

    private readonly Option<long> _seed = new("--seed")
    {
        Description = "The same seed, run id and options publish the same votes",
        DefaultValueFactory = _ => Default.Seed,
    };

    private readonly Option<string?> _runId = new("--run-id")
    {
        Description = "12 hexadecimal digits that tell this run's votes from others; random if absent",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_votes);
        command.Options.Add(_laws);
        command.Options.Add(_lawIds);
        command.Options.Add(_openLaws);
        command.Options.Add(_skew);
        command.Options.Add(_duplicates);
        command.Options.Add(_redeliveries);
        command.Options.Add(_malformed);
        command.Options.Add(_seed);
        command.Options.Add(_runId);
    }

    /// <summary>Whether the plan's laws are those of the database.</summary>
    public bool OpenLaws(ParseResult parsed) => parsed.GetValue(_openLaws);

    /// <exception cref="UsageException">A value is out of bounds.</exception>
    public LoadPlan Read(ParseResult parsed)
    {
        string[] lawIds = [.. (parsed.GetValue(_lawIds) ?? []).SelectMany(ids => ids.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        var runId = RunId.New();
        if (parsed.GetValue(_runId) is { } text && !RunId.TryParse(text, out runId))
            throw new UsageException($"run id is {text}; it must be 12 hexadecimal digits");
        var plan = new LoadPlan
        {
            Votes = parsed.GetValue(_votes),
            Laws = parsed.GetValue(_laws),
            LawIds = lawIds.Length > 0 ? lawIds : null,
            Skew = parsed.GetValue(_skew),
            Duplicates = parsed.GetValue(_duplicates),
            Redeliveries = parsed.GetValue(_redeliveries),
            Malformed = parsed.GetValue(_malformed),
            Seed = parsed.GetValue(_seed),
            RunId = runId,
        };
        return plan.Problems() is { Count: > 0 } problems ? throw new UsageException([.. problems]) : plan;
    }
}
