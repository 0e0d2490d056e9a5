using RabbitMQ.Client;

namespace Votes.Bench.Workers;

/// <summary>A worker's one connection and channel.</summary>
internal sealed class WorkerChannel : IAsyncDisposable
{
    private readonly IConnection _connection;

    private WorkerChannel(IConnection connection, IChannel channel)
    {
        _connection = connection;
        Channel = channel;
    }

    /// <summary>The channel.</summary>
    public IChannel Channel { get; }

    /// <summary>Connects; deliveries come one after another.</summary>
    public static async Task<WorkerChannel> OpenAsync(
        string url, ushort prefetch, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = new Uri(url), AutomaticRecoveryEnabled = false };
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, prefetch, global: false, cancellationToken);
        return new WorkerChannel(connection, channel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _connection.AbortAsync(TimeSpan.FromSeconds(5));
        await _connection.DisposeAsync();
    }
}
