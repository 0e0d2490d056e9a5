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

    /// <summary>The largest body of a request, in bytes. 1,024 to 1,048,576.</summary>
    [Range(1_024, 1_048_576)]
    public int MaxRequestBytes { get; set; } = 65_536;

    /// <summary>Database connections that answer requests; counting has its own. 2 to 100.</summary>
    [Range(2, 100)]
    public int Connections { get; set; } = 8;

    /// <summary>How long one question to the database may take. 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Histories and lists that are computed at once; more callers are told to come back. 1 to 100.</summary>
    [Range(1, 100)]
    public int CostlyQueriesAtOnce { get; set; } = 3;

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

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CostlyQueriesAtOnce + AuditExportsAtOnce >= Connections)
        {
            yield return new ValidationResult(
                $"Api:Connections is {Connections}; it must be greater than Api:CostlyQueriesAtOnce ({CostlyQueriesAtOnce}) and "
                + $"Api:AuditExportsAtOnce ({AuditExportsAtOnce}) together, or look-ups would wait for them.",
                [nameof(Connections)]);
        }
    }
}
