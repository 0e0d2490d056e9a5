using Orleans.Configuration;
using Orleans.Streams;
using Votes.Grains.Board;
using Votes.Silo.Hosting;

namespace Votes.Silo.Board;

/// <summary>The stream by which silos tell the board of the busiest laws what they counted.</summary>
public static class BoardSetup
{
    // One event a silo each half second: more than one queue, or a look at it ten times a second, would be idle work.
    private const int Queues = 1;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Adds it.</summary>
    public static void AddBoard(this ISiloBuilder silo)
    {
        silo.Services.AddChecked<BoardOptions>(BoardOptions.Section);
        silo.Services.AddSingleton<TallyFeed>();
        silo.Services.AddHostedService<TallyPublisher>();
        silo.AddMemoryStreams(BoardStream.Provider, static stream =>
        {
            stream.ConfigurePartitioning(Queues);
            stream.ConfigurePullingAgent(static options =>
                options.Configure(static agent => agent.GetQueueMsgsTimerPeriod = PollInterval));

            // Nobody subscribes but the board, by its class: there are no subscriptions to store, and none that a client
            // could leave behind when it dies, which would hold up the delivery to the others.
            stream.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
        });
    }
}
