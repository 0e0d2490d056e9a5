using System.Net.Sockets;
using Npgsql;

namespace Votes.Telemetry.Logs;

/// <summary>
/// Exceptions that say that a server or the network is away. Their stack tells nothing that the message does not, and an
/// outage brings many of them. Pure.
/// </summary>
public static class KnownOutage
{
    private const int MostCharacters = 500;
    private const string Broker = "RabbitMQ.Client.Exceptions";
    private const string Orleans = "Orleans.Runtime";

    // Connection exceptions, out of resources, ended by an operator or a timeout; and a server that takes no writes.
    private static readonly string[] StatesOfServers = ["08", "53", "57", "25006"];

    /// <summary>Whether an exception, or one within it, is of that kind.</summary>
    public static bool Is(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (IsItself(inner))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What it comes down to, in one line: its type, its message, and the innermost message where that says more.</summary>
    public static string Cause(Exception exception)
    {
        var innermost = exception;
        while (innermost.InnerException is { } inner)
        {
            innermost = inner;
        }

        var text = exception.Message.Contains(innermost.Message, StringComparison.Ordinal)
            ? exception.Message
            : $"{exception.Message}: {innermost.Message}";
        text = string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return Sentence.Of($"{exception.GetType().Name}: {(text.Length <= MostCharacters ? text : text[..MostCharacters] + "…")}");
    }

    private static bool IsItself(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } =>
            Array.Exists(StatesOfServers, known => state.StartsWith(known, StringComparison.Ordinal)),
        NpgsqlException or SocketException or TimeoutException or EndOfStreamException => true,
        _ => exception.GetType().Namespace is Broker or Orleans,
    };
}
