using System.CommandLine;
using Spectre.Console;
using Votes.LocalCluster;

namespace Votes.LoadTest.CommandLine;

/// <summary>The demo's options.</summary>
internal sealed class DemoCommand(IAnsiConsole console)
{
    private readonly Option<string?> _folder = new("--folder")
    {
        Description = "Where the cluster keeps everything; .local in the repository if not told otherwise",
    };

    private readonly Option<long> _votes = new("--votes")
    {
        Description = "Number of messages to publish",
        DefaultValueFactory = _ => 100_000,
    };

    // Read by hand: make passes KEEP=0 and KEEP=1, people write true and false.
    private readonly Option<string> _keep = new("--keep")
    {
        Description = "Whether the cluster stays up until Ctrl-C: true or false",
        DefaultValueFactory = _ => "true",
    };

    public System.CommandLine.Command Create(Func<Func<Task<int>>, Task<int>> guard)
    {
        _keep.Validators.Add(result =>
        {
            if (!TryReadSwitch(result.GetValueOrDefault<string>(), out _))
                result.AddError("--keep must be true or false.");
        });
        var command = new System.CommandLine.Command(
            "demo", "Starts two silos and an Ingest, publishes votes, and checks that the totals are exact.")
        {
            _folder, _votes, _keep,
        };
        command.SetAction((parsed, cancellationToken) => guard(() =>
        {
            _ = TryReadSwitch(parsed.GetValue(_keep), out var keep);
            var folder = parsed.GetValue(_folder) is { Length: > 0 } path
                ? new LocalFolder(path)
                : LocalFolder.Default();
            return new Demo(console, folder).RunAsync(parsed.GetValue(_votes), keep, cancellationToken);
        }));
        return command;
    }

    private static bool TryReadSwitch(string? text, out bool value)
    {
        value = text is "1" or "yes" || string.Equals(text, bool.TrueString, StringComparison.OrdinalIgnoreCase);
        return value || text is "0" or "no" || string.Equals(text, bool.FalseString, StringComparison.OrdinalIgnoreCase);
    }
}
