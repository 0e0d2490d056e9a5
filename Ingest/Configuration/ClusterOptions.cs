namespace Votes.Ingest.Configuration;

/// <summary>Which cluster of silos counts the votes: section <c>Cluster</c>.</summary>
public sealed record ClusterOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Cluster";

    /// <summary>The cluster's id in the membership table.</summary>
    public string ClusterId { get; init; } = "votes";

    /// <summary>The service's id.</summary>
    public string ServiceId { get; init; } = "votes";

    /// <summary>
    /// How long a call to a grain may take before its outcome counts as unknown and its votes are sent again: more than
    /// the flush interval and the worst flush together.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often the silos' gateways are read from the membership table: for so long after a silo that stands still was
    /// declared dead, a share of all laws' calls is still sent to it, and each of them waits for
    /// <see cref="ResponseTimeout"/>.
    /// </summary>
    public TimeSpan GatewayListRefreshPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>By how much this machine's clock may differ from the database's; with more, Ingest does not start.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What <c>Flush:GiveBackAfter</c> is on silos that are not told otherwise.</summary>
    public static TimeSpan SilosGiveBackAfter { get; } = TimeSpan.FromSeconds(4);

    /// <summary>Throws where silos would give votes back to callers that no longer wait for them.</summary>
    /// <param name="giveBackAfter">The silos' <c>Flush:GiveBackAfter</c>.</param>
    /// <exception cref="InvalidConfigurationException">Names each key, value and bound.</exception>
    public void ValidateAgainst(TimeSpan giveBackAfter) =>
        new OptionRules(Section)
            .Require(
                ResponseTimeout >= giveBackAfter + TimeSpan.FromSeconds(1),
                nameof(ResponseTimeout),
                $"is {ResponseTimeout}; it must be at least 00:00:01 more than the silos' Flush:GiveBackAfter, {giveBackAfter} "
                + "(set that key for Ingests as well where it is not the default)")
            .ThrowIfBroken();

    /// <summary>Throws where an option is out of its bounds.</summary>
    /// <exception cref="InvalidConfigurationException">Names each key, value and bound.</exception>
    public void Validate() =>
        new OptionRules(Section)
            .NotBlank(nameof(ClusterId), ClusterId)
            .NotBlank(nameof(ServiceId), ServiceId)
            .Between(nameof(ResponseTimeout), ResponseTimeout, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(2))
            .Between(
                nameof(GatewayListRefreshPeriod),
                GatewayListRefreshPeriod,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromMinutes(5))
            .Between(nameof(ClockTolerance), ClockTolerance, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10))
            .ThrowIfBroken();
}
