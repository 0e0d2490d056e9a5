using System.Globalization;
using System.Text.Json;
using Votes.Ingest.Messages;
using Votes.Ingest.VoterKeys;
using Votes.LoadTest;

namespace Votes.Bench.Workers;

/// <summary>What a worker is told, by environment variables: others cannot see them as they see arguments.</summary>
internal sealed record WorkerSettings
{
    private const int CachedLaws = 65_536;

    /// <summary>The broker.</summary>
    public required string AmqpUrl { get; init; }

    /// <summary>The queue to drain.</summary>
    public required string Queue { get; init; }

    /// <summary>The database, for Npgsql, or for libpq where the worker is written in Python.</summary>
    public required string Database { get; init; }

    /// <summary>The secret of the voter keys, in base64.</summary>
    public required string VoterKey { get; init; }

    /// <summary>The plan of the votes, as JSON, for workers that use no broker or no database.</summary>
    public required string Plan { get; init; }

    /// <summary>How many votes are warm-up.</summary>
    public required long WarmUp { get; init; }

    /// <summary>Where a worker without a database tells what it did.</summary>
    public required string ReportFile { get; init; }

    /// <summary>Reads the variables.</summary>
    /// <exception cref="BenchException">One is missing.</exception>
    public static WorkerSettings FromEnvironment() => new()
    {
        AmqpUrl = Required("AMQP_URL"),
        Queue = Required("QUEUE"),
        Database = Required("DATABASE"),
        VoterKey = Required("VOTER_KEY"),
        Plan = Required("PLAN"),
        WarmUp = long.Parse(Required("WARM_UP"), CultureInfo.InvariantCulture),
        ReportFile = Required("REPORT_FILE"),
    };

    /// <summary>The variables.</summary>
    public Dictionary<string, string?> ToEnvironment() => new()
    {
        ["AMQP_URL"] = AmqpUrl,
        ["QUEUE"] = Queue,
        ["DATABASE"] = Database,
        ["VOTER_KEY"] = VoterKey,
        ["PLAN"] = Plan,
        ["WARM_UP"] = WarmUp.ToString(CultureInfo.InvariantCulture),
        ["REPORT_FILE"] = ReportFile,
    };

    /// <summary>The plan of the votes.</summary>
    public LoadPlan ReadPlan() =>
        JsonSerializer.Deserialize<LoadPlan>(Plan) ?? throw new BenchException("PLAN is null");

    /// <summary>The cluster's own parser, for one thread.</summary>
    public VoteParser CreateParser() =>
        new(new VoterKey(Convert.FromBase64String(VoterKey)).CreateHasher(VoterKeyRegistry.Newest), CachedLaws);

    private static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new BenchException($"{name} is not set");
}
