namespace Votes.LocalCluster;

/// <summary>What a private RabbitMQ server is made of.</summary>
public sealed record RabbitMqSettings
{
    /// <summary>Where everything it writes belongs.</summary>
    public required string Folder { get; init; }

    /// <summary>The file its messages are appended to.</summary>
    public required string LogFile { get; init; }

    /// <summary>The port for AMQP, on the loopback address only.</summary>
    public required int Port { get; init; }

    /// <summary>The port of its own port mapper (epmd).</summary>
    public required int EpmdPort { get; init; }

    /// <summary>The port for rabbitmqctl.</summary>
    public required int DistributionPort { get; init; }

    /// <summary>The password of the user; used when the broker's data is made, and to connect.</summary>
    public required string Password { get; init; }

    /// <summary>
    /// The longest frame, in bytes, and with it the longest headers of a message; null for the server's default.
    /// </summary>
    public int? FrameMax { get; init; }

    /// <summary>What it shows its clients; null for a server without TLS.</summary>
    public ServerTls? Tls { get; init; }
}
