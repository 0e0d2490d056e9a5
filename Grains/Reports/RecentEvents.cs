using System.Collections.Immutable;

namespace Votes.Grains.Reports;

/// <summary>The last things that happened to this silo, a bounded number of them. Thread-safe.</summary>
public sealed class RecentEvents(TimeProvider time)
{
    /// <summary>The most that are kept.</summary>
    public const int Most = 100;

    private const int MostCharacters = 500;

    private readonly Lock _gate = new();
    private readonly LinkedList<(string Kind, SiloEvent Event)> _events = new();

    /// <summary>What is kept, newest first.</summary>
    public ImmutableArray<SiloEvent> Newest
    {
        get
        {
            lock (_gate)
            {
                return [.. _events.Select(static entry => entry.Event)];
            }
        }
    }

    /// <summary>Keeps an event. Of those of one kind the newest alone is kept, with their number.</summary>
    /// <param name="kind">What makes two of them the same to an operator.</param>
    /// <param name="level">Information, Warning, Error or Critical.</param>
    /// <param name="source">The part of the silo.</param>
    /// <param name="message">What happened.</param>
    public void Add(string kind, string level, string source, string message)
    {
        var text = message.Length > MostCharacters ? message[..MostCharacters] + "…" : message;
        var at = time.GetUtcNow();
        lock (_gate)
        {
            var times = 1;
            for (var node = _events.First; node is not null; node = node.Next)
            {
                if (string.Equals(node.Value.Kind, kind, StringComparison.Ordinal))
                {
                    times += node.Value.Event.Times;
                    _events.Remove(node);
                    break;
                }
            }

            _events.AddFirst((kind, new SiloEvent(at, level, source, text, times)));
            if (_events.Count > Most)
            {
                _events.RemoveLast();
            }
        }
    }
}
