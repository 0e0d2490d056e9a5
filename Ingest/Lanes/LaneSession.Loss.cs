using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Events;

namespace Votes.Ingest.Lanes;

/// <content>How a session is lost.</content>
internal sealed partial class LaneSession
{
    private Task OnConnectionShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        Lose($"the connection was closed: {reason.ReplyCode} {reason.ReplyText}", reason.Exception);
        return Task.CompletedTask;
    }

    private void Stalled(string why)
    {
        _metrics.Stalled();
        Lose(why, null);
    }

    private void Lose(string why, Exception? cause)
    {
        // From here on nothing is acked: tags belong to the channel that is lost.
        _generation.Retire();
        if (_lost.TrySetResult() && !_isClosing)
        {
            LogLost(_log, cause, _lane, why, _generation.Unacked);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Lane} lost its channel ({Why}); its {Unacked} unacked messages are delivered again. It connects again.")]
    private static partial void LogLost(ILogger log, Exception? cause, string lane, string why, long unacked);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Lane} stops with {Unacked} messages that are not settled; the broker delivers them to another process.")]
    private static partial void LogNotDrained(ILogger log, Exception cause, string lane, long unacked);
}
