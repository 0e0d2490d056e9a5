using System.CommandLine;

namespace Votes.LoadTest.CommandLine;

/// <summary>The options that say how it is published and checked.</summary>
internal sealed class SettingsOptions
{
    private static readonly LoadSettings Default = new();

    private readonly Option<double> _rate = new("--rate")
    {
        Description = "Messages a second, evenly paced; 0 for as fast as the broker confirms",
        DefaultValueFactory = _ => Default.RatePerSecond,
    };

    private readonly Option<double> _traceRatio = new("--trace-ratio")
    {
        Description = "Share of the messages published with a traceparent; a trace's id is the vote's without hyphens",
        DefaultValueFactory = _ => Default.TraceRatio,
    };

    private readonly Option<int> _connections = new("--connections")
    {
        Description = "Connections to the broker, each with one channel",
        DefaultValueFactory = _ => Default.Connections,
    };

    private readonly Option<int> _window = new("--window")
    {
        Description = "Unconfirmed messages a channel may have",
        DefaultValueFactory = _ => Default.Window,
    };

    private readonly Option<string> _queueType = new("--queue-type")
    {
        Description = "quorum or classic, where the queue has to be declared; an existing one is used as it is",
        DefaultValueFactory = _ => Default.QueueType,
    };

    private readonly Option<double> _stall = new("--stall-seconds")
    {
        Description = "How long settling may show no movement before the run is judged as it stands",
        DefaultValueFactory = _ => Default.StallLimit.TotalSeconds,
    };

    private readonly Option<int> _list = new("--list")
    {
        Description = "How many differences are listed one by one; all are counted",
        DefaultValueFactory = _ => Default.ListedDifferences,
    };

    private readonly Option<bool> _inspect = new("--inspect-dead-letters")
    {
        Description = "Read the dead letters, put them back, and match each with the message sent",
    };

    public void AddPublishingTo(Command command)
    {
        command.Options.Add(_rate);
        command.Options.Add(_traceRatio);
        command.Options.Add(_connections);
        command.Options.Add(_window);
        command.Options.Add(_queueType);
    }

    public void AddVerifyingTo(Command command)
    {
        command.Options.Add(_stall);
        command.Options.Add(_list);
        command.Options.Add(_inspect);
    }

    /// <exception cref="UsageException">A value is out of bounds.</exception>
    public LoadSettings Read(ParseResult parsed)
    {
        var seconds = Value(parsed, _stall, Default.StallLimit.TotalSeconds);
        if (!(seconds is >= 1 and <= 86_400))
            throw new UsageException($"stall limit is {seconds} s; it must be from 1 to 86400 seconds");
        var settings = Default with
        {
            RatePerSecond = Value(parsed, _rate, Default.RatePerSecond),
            TraceRatio = Value(parsed, _traceRatio, Default.TraceRatio),
            Connections = Value(parsed, _connections, Default.Connections),
            Window = Value(parsed, _window, Default.Window),
            QueueType = Value(parsed, _queueType, Default.QueueType),
            StallLimit = TimeSpan.FromSeconds(seconds),
            ListedDifferences = Value(parsed, _list, Default.ListedDifferences),
            InspectDeadLetters = Value(parsed, _inspect, Default.InspectDeadLetters),
        };
        return settings.Problems() is { Count: > 0 } problems ? throw new UsageException([.. problems]) : settings;
    }

    // A command has only some of the options; the others keep their defaults.
    private static T Value<T>(ParseResult parsed, Option<T> option, T absent) =>
        parsed.CommandResult.Command.Options.Contains(option) ? parsed.GetValue(option)! : absent;
}
