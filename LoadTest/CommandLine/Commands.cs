using System.CommandLine;
using Spectre.Console;
using Votes.LocalCluster;
using Command = System.CommandLine.Command;

namespace Votes.LoadTest.CommandLine;

/// <summary>The commands: publish, verify, run, demo and chaos.</summary>
internal sealed class Commands(IAnsiConsole console)
{
    /// <summary>Published to the end, and exact where it was checked.</summary>
    public const int Done = 0;

    /// <summary>The database differs from what was published, or the run broke off.</summary>
    public const int Failed = 1;

    /// <summary>Wrong options, or a server that is not there.</summary>
    public const int Unusable = 2;

    private const int MostOpenLaws = 10_000;

    private readonly PlanOptions _plan = new();
    private readonly SettingsOptions _settings = new();
    private readonly EndpointOptions _endpoints = new();

    private readonly Option<string> _ledger = new("--ledger")
    {
        Description = "File that tells verify what was published",
        DefaultValueFactory = _ => ".local/loadtest/last.json",
    };

    public RootCommand Root()
    {
        var root = new RootCommand("Publishes votes to a cluster and checks, vote by vote, what became of them.");
        root.Subcommands.Add(Publish());
        root.Subcommands.Add(Verify());
        root.Subcommands.Add(Run());
        root.Subcommands.Add(new DemoCommand(console).Create(GuardAsync));
        root.Subcommands.Add(new ChaosCommand(console).Create(GuardAsync));
        return root;
    }

    private Command Publish()
    {
        var command = new Command("publish", "Publishes votes, waits for every confirm, and writes the ledger.");
        _plan.AddTo(command);
        _settings.AddPublishingTo(command);
        _endpoints.AddTo(command);
        command.Options.Add(_ledger);
        command.SetAction((parsed, cancellationToken) => GuardAsync(async () =>
        {
            await PublishAsync(parsed, _endpoints.Read(parsed), _settings.Read(parsed), cancellationToken);
            return Done;
        }));
        return command;
    }

    private Command Verify()
    {
        var command = new Command("verify", "Waits until a run's votes are settled and compares the database.");
        _settings.AddVerifyingTo(command);
        _endpoints.AddTo(command);
        command.Options.Add(_ledger);
        command.SetAction((parsed, cancellationToken) => GuardAsync(async () =>
        {
            var ledger = await RunLedgerFile.ReadAsync(parsed.GetValue(_ledger)!, cancellationToken);
            return await VerifyAsync(ledger, _endpoints.Read(parsed), _settings.Read(parsed), cancellationToken);
        }));
        return command;
    }

    private Command Run()
    {
        var command = new Command("run", "Publishes, verifies, and reports throughput and latency.");
        _plan.AddTo(command);
        _settings.AddPublishingTo(command);
        _settings.AddVerifyingTo(command);
        _endpoints.AddTo(command);
        command.Options.Add(_ledger);
        command.SetAction((parsed, cancellationToken) => GuardAsync(async () =>
        {
            var (endpoints, settings) = (_endpoints.Read(parsed), _settings.Read(parsed));
            var ledger = await PublishAsync(parsed, endpoints, settings, cancellationToken);
            return await VerifyAsync(ledger, endpoints, settings, cancellationToken);
        }));
        return command;
    }

    private async Task<RunLedger> PublishAsync(
        ParseResult parsed, Endpoints endpoints, LoadSettings settings, CancellationToken cancellationToken)
    {
        var plan = _plan.Read(parsed);
        if (_plan.OpenLaws(parsed))
        {
            plan = plan with
            {
                LawIds = await LoadRun.OpenLawsAsync("", endpoints, settings, MostOpenLaws, cancellationToken),
            };
        }

        var path = parsed.GetValue(_ledger)!;
        var ledger = await LoadRun.PrepareAsync(plan, endpoints, settings, cancellationToken);
        // Written before the first message too: a run that breaks off must not be verified by an older ledger.
        await RunLedgerFile.WriteAsync(path, ledger, cancellationToken);
        ledger = await ProgressView.ShowAsync(console, progress =>
            LoadRun.PublishAsync(ledger, endpoints, settings, progress, cancellationToken));
        await RunLedgerFile.WriteAsync(path, ledger, cancellationToken);
        ReportView.WritePublished(console, ledger, path);
        return ledger;
    }

    private async Task<int> VerifyAsync(
        RunLedger ledger, Endpoints endpoints, LoadSettings settings, CancellationToken cancellationToken)
    {
        var report = await ProgressView.ShowAsync(console, progress =>
            LoadRun.VerifyAsync(ledger, endpoints, settings, progress, cancellationToken));
        ReportView.Write(console, report);
        return report.Exact ? Done : Failed;
    }

    private async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (UsageException exception)
        {
            return Fail(exception.Message, Unusable);
        }
        catch (LoadFailedException exception)
        {
            return Fail(exception.Message, Unusable);
        }
        catch (ClusterException exception)
        {
            return Fail(exception.Message, Failed);
        }
        catch (OperationCanceledException)
        {
            return Fail("stopped before the end", Failed);
        }
    }

    private int Fail(string message, int status)
    {
        foreach (var line in message.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            console.MarkupLineInterpolated($"[red]error:[/] {line.TrimEnd()}");
        return status;
    }
}
