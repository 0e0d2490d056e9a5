using System.ComponentModel.DataAnnotations;

namespace Votes.Grains;

/// <summary>How laws are treated. Section "Laws" of the configuration.</summary>
public sealed class LawTallyOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Laws";

    /// <summary>
    /// What happens to votes on a law that the database does not hold: Reject rejects them, Accept registers it. With
    /// Accept every publisher, and every typing error, adds to the public list of laws.
    /// </summary>
    [EnumDataType(typeof(UnknownLawPolicy))]
    public UnknownLawPolicy UnknownLaw { get; set; } = UnknownLawPolicy.Reject;

    /// <summary>How many laws have metrics under their own name; all others share the name "other". 0 to 1,000.</summary>
    [Range(0, 1_000)]
    public int NamedInMetrics { get; set; } = 50;
}
