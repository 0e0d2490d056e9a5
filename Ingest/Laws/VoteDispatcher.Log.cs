using Microsoft.Extensions.Logging;

namespace Votes.Ingest.Laws;

public sealed partial class VoteDispatcher
{
    [LoggerMessage(Level = LogLevel.Error, Message =
        "A law's grain refused a batch of {Votes} votes as malformed; it is halved until the vote that is to blame " +
        "stands alone, which is dead-lettered.")]
    private static partial void LogRefused(ILogger log, Exception cause, int votes);
}
