namespace Votes.LoadTest;

/// <summary>Where the cluster under load is reached.</summary>
public sealed record Endpoints
{
    /// <summary>The exchange that Ingests make for publishers.</summary>
    public const string VotesExchange = "votes.in";

    /// <summary>The database, as an Npgsql connection string or a <c>postgresql://</c> address.</summary>
    public required string PostgresUrl { get; init; }

    /// <summary>The broker: <c>amqp://user:password@host:port/vhost</c>.</summary>
    public required Uri AmqpUrl { get; init; }

    /// <summary>The broker as an account that may read dead letters; null: as <see cref="AmqpUrl"/>.</summary>
    public Uri? AmqpOperatorUrl { get; init; }

    /// <summary>
    /// The authorities that may vouch for the broker's certificate, in PEM; empty: those that the machine trusts.
    /// </summary>
    public string AmqpCaFile { get; init; } = "";

    /// <summary>Addresses of the silos' query API; may be empty.</summary>
    public IReadOnlyList<Uri> SiloHttp { get; init; } = [];

    /// <summary>Addresses of the <c>/metrics</c> pages of silos and Ingests; may be empty.</summary>
    public IReadOnlyList<Uri> MetricsUrls { get; init; } = [];

    /// <summary>The queue that votes end in.</summary>
    public string Queue { get; init; } = "votes.aggregation";

    /// <summary>
    /// The exchange that votes are published to, with the queue's name as the routing key; empty: the default one; null:
    /// <see cref="VotesExchange"/> where the broker has it, else the default one.
    /// </summary>
    public string? Exchange { get; init; }

    /// <summary>The queue that poison messages end in.</summary>
    public string DeadLetterQueue { get; init; } = "votes.aggregation.dead";

    /// <summary>The same endpoints for whoever reads dead letters.</summary>
    internal Endpoints ForReading => this with { AmqpUrl = AmqpOperatorUrl ?? AmqpUrl };
}
