namespace Votes.LoadTest.Chaos.Schedule;

/// <summary>What the drill can do to a cluster.</summary>
public enum FaultKind
{
    /// <summary>SIGKILL of a silo; it is started again after a while.</summary>
    SiloKill,

    /// <summary>SIGSTOP of a silo for longer than membership's patience, then SIGCONT.</summary>
    SiloPause,

    /// <summary>SIGTERM of a silo; it is started again after a while.</summary>
    SiloStop,

    /// <summary>SIGTERM and new start of one silo after the other.</summary>
    SiloRollingRestart,

    /// <summary>One more silo joins under load, and leaves again.</summary>
    SiloJoin,

    /// <summary>Votes on very many laws that no silo has seen come at once, while all cores are busy.</summary>
    ColdLaws,

    /// <summary>SIGKILL of an Ingest; it is started again after a while.</summary>
    IngestKill,

    /// <summary>SIGSTOP of an Ingest, then SIGCONT.</summary>
    IngestPause,

    /// <summary>SIGTERM of an Ingest; it is started again after a while.</summary>
    IngestStop,

    /// <summary>PostgreSQL's immediate stop (as a crash), then a new start.</summary>
    PostgresKill,

    /// <summary>PostgreSQL stands still (SIGSTOP of all its processes), then goes on.</summary>
    PostgresPause,

    /// <summary>Backends of the silos are terminated while they work, again and again.</summary>
    PostgresTerminate,

    /// <summary>The totals' table is locked by somebody else.</summary>
    PostgresLock,

    /// <summary>Each write of the audit fails with SQLSTATE 53100, disk full.</summary>
    PostgresDiskFull,

    /// <summary>The commit arrives, its answer does not: the connection is cut in between.</summary>
    PostgresCommitCut,

    /// <summary>Statements of the silos run into a statement timeout.</summary>
    PostgresStatementTimeout,

    /// <summary>SIGKILL of RabbitMQ, then a new start.</summary>
    RabbitKill,

    /// <summary>All connections to RabbitMQ are closed by the broker, again and again.</summary>
    RabbitClose,

    /// <summary>RabbitMQ's memory alarm: publishers are blocked.</summary>
    RabbitMemoryAlarm,

    /// <summary>The empty queue is deleted and declared again: consumers are cancelled.</summary>
    RabbitQueueDelete,

    /// <summary>The broker closes channels whose deliveries stay unacked for too long.</summary>
    RabbitConsumerTimeout,

    /// <summary>Messages are published whose headers the client library does not survive.</summary>
    RabbitNestedHeaders,

    /// <summary>Each byte between Ingest and broker arrives late.</summary>
    IngestRabbitLatency,

    /// <summary>Connections between Ingest and broker are cut, and new ones refused.</summary>
    IngestRabbitCut,

    /// <summary>Bytes from the broker to an Ingest vanish; the other direction works.</summary>
    IngestRabbitSilent,

    /// <summary>Connections between Ingest and broker are reset in mid-frame, again and again.</summary>
    IngestRabbitReset,

    /// <summary>Each byte between Ingests and a silo's gateway arrives late.</summary>
    IngestSiloLatency,

    /// <summary>Connections between Ingests and a silo's gateway are cut, and new ones refused.</summary>
    IngestSiloCut,

    /// <summary>Bytes from a silo's gateway to the Ingests vanish; the other direction works.</summary>
    IngestSiloSilent,

    /// <summary>Connections between Ingests and a silo's gateway are reset in mid-frame, again and again.</summary>
    IngestSiloReset,

    /// <summary>Each byte from the other silos to a silo arrives late, and the other way round.</summary>
    SiloSiloLatency,

    /// <summary>Connections of the other silos to a silo are cut, and new ones refused.</summary>
    SiloSiloCut,

    /// <summary>Bytes of the other silos to a silo vanish; the other direction works.</summary>
    SiloSiloSilent,

    /// <summary>Connections of the other silos to a silo are reset in mid-frame, again and again.</summary>
    SiloSiloReset,

    /// <summary>Each byte between a silo and the database arrives late.</summary>
    SiloPostgresLatency,

    /// <summary>Connections between a silo and the database are cut, and new ones refused.</summary>
    SiloPostgresCut,

    /// <summary>Bytes from the database to a silo vanish; the other direction works.</summary>
    SiloPostgresSilent,

    /// <summary>Connections between a silo and the database are reset in mid-message, again and again.</summary>
    SiloPostgresReset,
}
