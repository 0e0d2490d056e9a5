namespace Votes.Ingest.Configuration;

/// <summary>How votes travel to their laws' grains: section <c>Dispatch</c>.</summary>
public sealed record DispatchOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Dispatch";

    /// <summary>
    /// How many calls to one law's grain may be in flight; votes that arrive meanwhile travel together.
    /// </summary>
    public int CallsInFlightPerLaw { get; init; } = 4;

    /// <summary>
    /// How many calls of this process may be in flight. Fewer may while calls time out: see <see cref="Laws.CallWindow"/>.
    /// </summary>
    public int CallsInFlight { get; init; } = 2_000;

    /// <summary>How many calls may be in flight at least, however many time out.</summary>
    public int CallsInFlightAtLeast { get; init; } = 32;

    /// <summary>
    /// How many calls may be in flight to laws that have not answered for minutes: each may activate the law's grain, which a
    /// silo has to place, register and read from the database.
    /// </summary>
    public int ColdCallsInFlight { get; init; } = 2_000;

    /// <summary>How long a law's votes are held after a first call that failed.</summary>
    public TimeSpan RetryMinDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a law's votes are held at most before they are sent again.</summary>
    public TimeSpan RetryMaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many ids of laws each lane keeps decoded.</summary>
    public int CachedLaws { get; init; } = 65_536;

    /// <summary>How long a process that is asked to stop waits for the votes that it holds.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Throws where an option is out of its bounds.</summary>
    /// <exception cref="InvalidConfigurationException">Names each key, value and bound.</exception>
    public void Validate() =>
        new OptionRules(Section)
            .Between(nameof(CallsInFlightPerLaw), CallsInFlightPerLaw, 1, 100)
            .Between(nameof(CallsInFlight), CallsInFlight, 1, 100_000)
            .Between(nameof(CallsInFlightAtLeast), CallsInFlightAtLeast, 1, 1_000)
            .Between(nameof(ColdCallsInFlight), ColdCallsInFlight, 1, 10_000)
            .Between(nameof(RetryMinDelay), RetryMinDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1))
            .Between(nameof(RetryMaxDelay), RetryMaxDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5))
            .NotLess(nameof(RetryMaxDelay), RetryMaxDelay, nameof(RetryMinDelay), RetryMinDelay)
            .Between(nameof(CachedLaws), CachedLaws, 1, 1_048_576)
            .Between(nameof(DrainTimeout), DrainTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5))
            .ThrowIfBroken();
}
