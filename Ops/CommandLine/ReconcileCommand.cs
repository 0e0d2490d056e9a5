using System.CommandLine;
using System.Globalization;
using Npgsql;
using Spectre.Console;
using Votes.Ops.Reconcile;
using Votes.Security;

namespace Votes.Ops.CommandLine;

/// <summary>reconcile: the recount, and the repair.</summary>
internal sealed class ReconcileCommand(IAnsiConsole console, TextWriter errors)
{
    private const double LeastSeconds = 0.001;
    private const double MostSeconds = 86_400;

    private readonly AddressOptions _addresses = new();

    private readonly Option<string?> _law = new("--law") { Description = "Recount this law alone" };

    private readonly Option<bool> _repair = new("--repair")
    {
        Description = "Set totals that differ to their audit rows, in one transaction; flushes wait while it runs",
    };

    private readonly Option<double> _timeout = new("--timeout-seconds")
    {
        Description = "How long a recount may take",
        DefaultValueFactory = static _ => 600,
    };

    private readonly Option<double> _lockTimeout = new("--lock-timeout-seconds")
    {
        Description = "How long a repair waits for flushes that are under way; new ones wait behind it",
        DefaultValueFactory = static _ => 5,
    };

    public Command Create()
    {
        var command = new Command("reconcile", "Recounts every counted vote against the totals, while votes are counted.");
        _addresses.AddDatabaseTo(command);
        foreach (var option in new Option[] { _law, _repair, _timeout, _lockTimeout })
            command.Options.Add(option);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, () => RunAsync(parsed, stop)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var address = _addresses.Database(parsed);
        var (limit, lockLimit) = (Seconds(parsed, _timeout), Seconds(parsed, _lockTimeout));
        address.ApplicationName = "votes-ops";
        await using var dataSource = NpgsqlDataSource.Create(address);
        var ledger = new Ledger(dataSource, limit, lockLimit);
        try
        {
            var reading = await ledger.ReadAsync(parsed.GetValue(_law), stop);
            ReconcileView.Write(console, reading);
            // Votes that are missing cannot be repaired here: nothing knows which they were.
            var missing = reading.Statistics is { Missing: > 0 };
            if (reading.Differences.Count == 0)
                return missing ? ExitStatus.Failed : ExitStatus.Done;
            if (!parsed.GetValue(_repair))
                return ExitStatus.Failed;
            var laws = reading.Differences.Select(static row => row.LawId).ToHashSet(StringComparer.Ordinal);
            ReconcileView.WriteRepaired(console, await ledger.RepairAsync(laws, stop));
            return missing ? ExitStatus.Failed : ExitStatus.Done;
        }
        catch (NpgsqlException exception)
        {
            throw Explain(exception, $"{address.Host}:{address.Port.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    private static OpsException Explain(NpgsqlException exception, string server) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => new(
            "a flush or another repair held a total for longer than --lock-timeout-seconds; nothing was changed: run it again",
            ExitStatus.Failed,
            exception),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => new(
            "it took longer than --timeout-seconds; nothing was changed", ExitStatus.Failed, exception),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => new(
            $"the role may not do this: {exception.Message}; nothing was changed", ExitStatus.Unusable, exception),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable } => new(
            $"the database at {server} has no vote tables: {exception.Message}", ExitStatus.Unusable, exception),
        _ => new($"the database at {server} is not reachable or refuses: {DatabaseErrors.Tell(exception)}", ExitStatus.Unusable, exception),
    };

    private static TimeSpan Seconds(ParseResult parsed, Option<double> option) => parsed.GetValue(option) switch
    {
        >= LeastSeconds and <= MostSeconds and var seconds => TimeSpan.FromSeconds(seconds),
        var seconds => throw new UsageException(string.Create(
            CultureInfo.InvariantCulture,
            $"{option.Name} is {seconds}; it must be from {LeastSeconds} to {MostSeconds} seconds")),
    };
}
