using System.ComponentModel.DataAnnotations;

namespace Votes.Silo.Api;

/// <summary>The limits of the HTTP API. Section "Api" of the configuration.</summary>
public sealed class ApiOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Api";

    /// <summary>Requests a second that one client address may make on average; 0: no limit. 0 to 1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 500;

    /// <summary>Requests that one client address may make at once. 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int RequestBurst { get; set; } = 1_000;

    /// <summary>
    /// Requests a second to /metrics and /health that one client address may make on average, and twice as many at once.
    /// 1 to 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int OperationsRequestsPerSecond { get; set; } = 20;

    /// <summary>Connections that a silo takes at once, streams among them; more are closed at once. 100 to 1,000,000.</summary>
    [Range(100, 1_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>The largest body of a request, in bytes. 1,024 to 1,048,576.</summary>
    [Range(1_024, 1_048_576)]
    public int MaxRequestBytes { get; set; } = 65_536;

    /// <summary>Database connections that answer requests; counting has its own. 2 to 100.</summary>
    [Range(2, 100)]
    public int Connections { get; set; } = 8;

    /// <summary>How long one question to the database may take. 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Lists that are computed at once, and as many histories beside them; one client has half of that, and at least one.
    /// 1 to 100.
    /// </summary>
    [Range(1, 100)]
    public int CostlyQueriesAtOnce { get; set; } = 2;

    /// <summary>How long the answer of a costly query serves others. 0 to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Audit exports that may run at once. 1 to 10.</summary>
    [Range(1, 10)]
    public int AuditExportsAtOnce { get; set; } = 2;

    /// <summary>How long one audit export may take. 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AuditExportLimit { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Ids of laws that a silo remembers to exist. 100 to 10,000,000.</summary>
    [Range(100, 10_000_000)]
    public int RememberedLaws { get; set; } = 100_000;

    /// <summary>Statistics that are computed at once: they are the same for all who ask.</summary>
    internal const int StatsAtOnce = 1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // Lists and histories, statistics, exports.
        if ((2 * CostlyQueriesAtOnce) + StatsAtOnce + AuditExportsAtOnce >= Connections)
        {
            yield return new ValidationResult(
                $"Api:Connections is {Connections}; it must be greater than twice Api:CostlyQueriesAtOnce "
                + $"({CostlyQueriesAtOnce}), Api:AuditExportsAtOnce ({AuditExportsAtOnce}) and {StatsAtOnce} together, or "
                + "look-ups would wait for them.",
                [nameof(Connections)]);
        }
    }
}
