using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Votes.LoadTest.Chaos;
using Votes.LoadTest.Chaos.Reporting;
using Votes.LoadTest.Chaos.Schedule;
using Votes.LocalCluster;

namespace Votes.LoadTest.CommandLine;

/// <summary>The chaos drill's options.</summary>
internal sealed class ChaosCommand(IAnsiConsole console)
{
    private static readonly ChaosOptions Default = new();

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter() },
    };

    // A number where it is one; make passes an empty text where it is not set.
    private readonly Option<string> _seconds = new("--seconds")
    {
        Description = "About how long faults go on; without it, each kind comes once, and then the pairs",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> _seed = new("--seed")
    {
        Description = "The same seed gives the same schedule and the same votes; without it, one is drawn and told",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> _faults = new("--faults")
    {
        Description = "The kinds of faults, with commas between them; without it, all of them. --list names them",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<int> _pairs = new("--pairs")
    {
        Description = "How many random pairs of faults follow the single ones",
        DefaultValueFactory = _ => Default.Pairs,
    };

    private readonly Option<double> _rate = new("--rate")
    {
        Description = "Messages published a second",
        DefaultValueFactory = _ => Default.Rate,
    };

    private readonly Option<int> _silos = new("--silos")
    {
        Description = "Number of silos",
        DefaultValueFactory = _ => Default.Silos,
    };

    private readonly Option<int> _ingests = new("--ingests")
    {
        Description = "Number of Ingests",
        DefaultValueFactory = _ => Default.Ingests,
    };

    private readonly Option<string?> _folder = new("--folder")
    {
        Description =
            "Where the drill's cluster keeps data and logs, removed at each start; .local/chaos if not told. Logs of a " +
            "drill that fails are kept beside it, in a folder whose name ends in -kept",
    };

    private readonly Option<string> _report = new("--report")
    {
        Description = "File that the report is written to, as JSON",
        DefaultValueFactory = _ => ".local/chaos-report.json",
    };

    private readonly Option<bool> _list = new("--list") { Description = "Print the kinds of faults, and the schedule" };

    public Command Create(Func<Func<Task<int>>, Task<int>> guard)
    {
        var command = new Command(
            "chaos", "Breaks a private cluster in every way it knows, under load, and checks that no vote is lost.")
        {
            _seconds, _seed, _faults, _pairs, _rate, _silos, _ingests, _folder, _report, _list,
        };
        command.SetAction((parsed, cancellationToken) => guard(() => RunAsync(parsed, cancellationToken)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = Read(parsed);
        if (parsed.GetValue(_list))
        {
            List(options);
            return Commands.Done;
        }

        Announce(options);
        var report = await new ChaosView(console).ShowAsync(
            audience => ChaosDrill.RunAsync(options, audience, cancellationToken));
        var file = parsed.GetValue(_report)!;
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        // Whatever the token says by now: what the drill found must not be lost.
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, Json), CancellationToken.None);
        ChaosView.Write(console, report, file);
        if (report.Passed)
            return Commands.Done;
        Keep(options, file);
        return Commands.Failed;
    }

    // The next drill removes this one's folder, and overwrites its report.
    private void Keep(ChaosOptions options, string report)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture, $"seed-{options.Seed}-{TimeProvider.System.GetUtcNow():yyyyMMdd-HHmmss}");
        if (new LocalFolder(options.Folder).KeepLogs(name) is not { } kept)
            return;
        File.Copy(report, Path.Combine(kept, "report.json"));
        console.Profile.Out.Writer.WriteLine($"its logs and its report are kept in {kept}");
    }

    private ChaosOptions Read(ParseResult parsed)
    {
        try
        {
            var faults = parsed.GetValue(_faults)!;
            var options = Default with
            {
                Seed = Number(_seed, parsed) ?? Random.Shared.Next(1, 1_000_000),
                Length = Number(_seconds, parsed) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Kinds = faults.Length > 0 ? FaultCatalog.Parse(faults) : Default.Kinds,
                Pairs = parsed.GetValue(_pairs),
                Rate = parsed.GetValue(_rate),
                Silos = parsed.GetValue(_silos),
                Ingests = parsed.GetValue(_ingests),
                Folder = parsed.GetValue(_folder) ?? Default.Folder,
            };
            return options.Problems() is { Count: > 0 } problems ? throw new UsageException([.. problems]) : options;
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private static long? Number(Option<string> option, ParseResult parsed) =>
        parsed.GetValue(option) is not { Length: > 0 } text
            ? null
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new FormatException($"{option.Name} is '{text}'; it must be a whole number");

    private void Announce(ChaosOptions options) => console.Profile.Out.Writer.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"seed {options.Seed}: {options.Schedule.Count} episodes, about {ChaosSchedule.LengthOf(options.Schedule).TotalMinutes:0} minutes"));

    private void List(ChaosOptions options)
    {
        var writer = console.Profile.Out.Writer;
        foreach (var traits in FaultCatalog.All)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{traits.Name,-26} {traits.ShortestHold.TotalSeconds,2:0}-{traits.LongestHold.TotalSeconds:0} s, votes flow again within {traits.RecoveryBound.TotalSeconds:0} s"));
        }

        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nschedule of seed {options.Seed}:"));
        foreach (var episode in options.Schedule)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{episode.Number,4} {episode.Name}, {episode.Hold.TotalSeconds:0} s"));
        }
    }
}
