namespace Votes.LocalCluster;

/// <summary>What a private PostgreSQL server is made of.</summary>
public sealed record PostgresSettings
{
    /// <summary>Where its data belongs; elsewhere when the account it runs as cannot get there.</summary>
    public required string Folder { get; init; }

    /// <summary>The file its messages are appended to.</summary>
    public required string LogFile { get; init; }

    /// <summary>The port it listens on, on the loopback address only.</summary>
    public required int Port { get; init; }

    /// <summary>The superuser's password; used when the data folder is made, and to connect.</summary>
    public required string Password { get; init; }

    /// <summary>Memory for cached pages, in MiB.</summary>
    public int SharedBuffersMegabytes { get; init; } = 512;

    /// <summary>How much log may gather before a checkpoint, in MiB.</summary>
    public int MaxWalMegabytes { get; init; } = 4096;

    /// <summary>Whether the time of each commit is kept.</summary>
    public bool TrackCommitTimestamps { get; init; }

    /// <summary>The most connections at once.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>
    /// The running server that this one is a standby of: its data folder is made as a copy, and it follows by streaming
    /// replication. Null for a server of its own.
    /// </summary>
    public PostgresServer? StandbyOf { get; init; }

    /// <summary>What it shows its clients; null for a server without TLS.</summary>
    public ServerTls? Tls { get; init; }
}
