using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Streams;
using Votes.Grains.Board;

namespace Votes.Silo.Board;

/// <summary>
/// Tells the board what this silo counted, where it did, in one event for all its laws. Beside the counting, never in its
/// way: an event that cannot be sent is dropped, and the next one says what it would have said.
/// </summary>
public sealed partial class TallyPublisher(
    TallyFeed feed,
    ILocalSiloDetails silo,
    IServiceProvider services,
    IOptions<BoardOptions> options,
    TimeProvider time,
    ILogger<TallyPublisher> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var name = silo.SiloAddress.ToParsableString();
        var stream = services.GetRequiredKeyedService<IStreamProvider>(BoardStream.Provider)
            .GetStream<TalliesMoved>(StreamId.Create(BoardStream.Namespace, BoardStream.Key));
        using var timer = new PeriodicTimer(options.Value.PublishInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (feed.Take(name, options.Value.LawsPerEvent) is { } moved)
                {
                    await PublishAsync(stream, moved, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task PublishAsync(IAsyncStream<TalliesMoved> stream, TalliesMoved moved, CancellationToken stoppingToken)
    {
        try
        {
            // A stop does not wait for an event that hangs.
            await stream.OnNextAsync(moved).WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever went wrong, the next event makes up for it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogPublishFailed(exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The board could not be told what was counted; the next event will: {Reason}")]
    private partial void LogPublishFailed(string reason);
}
