using Microsoft.Extensions.Logging;

namespace Votes.Ingest.Laws;

public sealed partial class VoteDispatcher
{
    [LoggerMessage(Level = LogLevel.Warning, Message =
        "A call to a law's grain failed; its {Votes} votes are held, unacked, and sent again until they are durable. " +
        "This is said once, until no law's votes are held any more.")]
    private static partial void LogHolding(ILogger log, Exception cause, int votes);

    [LoggerMessage(Level = LogLevel.Information, Message = "Calls to grains succeed again; no votes are held.")]
    private static partial void LogResumed(ILogger log);

    [LoggerMessage(Level = LogLevel.Error, Message =
        "A law's grain refused a batch of {Votes} votes as malformed; it is halved until the vote that is to blame " +
        "stands alone, which is dead-lettered.")]
    private static partial void LogRefused(ILogger log, Exception cause, int votes);
}
