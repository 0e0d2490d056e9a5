using System.CommandLine;
using System.Globalization;
using Npgsql;
using Orleans.Runtime;
using Spectre.Console;
using Votes.Grains.Interfaces;
using Votes.Ops.Totals;
using Votes.Security;

namespace Votes.Ops.CommandLine;

/// <summary>totals: a law's totals as they change.</summary>
internal sealed class TotalsCommand(IAnsiConsole console, TextWriter errors)
{
    private readonly AddressOptions _addresses = new();

    private readonly Option<string> _law = new("--law") { Description = "The law", Required = true };

    private readonly Option<bool> _once = new("--once") { Description = "Print the totals once and end" };

    private readonly Option<string> _cluster = new("--cluster")
    {
        Description = "The cluster's id, Cluster:ClusterId and Cluster:ServiceId",
        DefaultValueFactory = static _ => "votes",
    };

    public Command Create()
    {
        var command = new Command("totals", "Prints a law's totals as they change, from its grain, until Ctrl-C.");
        _addresses.AddDatabaseTo(command);
        foreach (var option in new Option[] { _law, _once, _cluster })
            command.Options.Add(option);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, () => RunAsync(parsed, stop)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var database = _addresses.Database(parsed);
        database.ApplicationName = "votes-ops";
        var lawId = parsed.GetValue(_law)!;
        if (string.IsNullOrWhiteSpace(lawId))
            throw new UsageException("which law? Name one: make totals LAW=law-2026-001, or --law");
        try
        {
            var totals = LiveTotals.FollowAsync(
                database.ConnectionString, parsed.GetValue(_cluster)!, lawId, stop);
            await foreach (var tally in totals)
            {
                if (tally.Status == LawStatus.Unknown)
                    return Guard.Complain(errors, $"there is no law {lawId}", ExitStatus.Failed);
                console.WriteLine(Line(tally));
                if (parsed.GetValue(_once))
                    break;
            }

            return ExitStatus.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C is how it ends.
            return ExitStatus.Done;
        }
        catch (Exception exception) when (exception is NpgsqlException or OrleansException or TimeoutException)
        {
            throw new OpsException($"the cluster does not answer: {DatabaseErrors.Tell(exception)}", ExitStatus.Unusable, exception);
        }
        catch (MalformedVoteBatchException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private static string Line(LawTally tally)
    {
        var choices = tally.Choices.Select(static choice => string.Create(
            CultureInfo.InvariantCulture,
            $"{SafeText.Of(choice.Choice)} {choice.Durable:N0}{(choice.Pending > 0 ? $" (+{choice.Pending:N0})" : "")}"));
        var state = tally.Final ? ", final" : tally.Status == LawStatus.Closed ? ", closed" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{tally.AsOf:HH:mm:ss}  {string.Join("  ", choices)}  total {tally.Choices.Sum(static choice => choice.Durable):N0}, "
            + $"version {tally.Version}{state}");
    }
}
