using System.ComponentModel.DataAnnotations;

namespace Votes.Grains;

/// <summary>How laws are treated. Section "Laws" of the configuration.</summary>
public sealed class LawTallyOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Laws";

    /// <summary>What happens to votes on a law that the database does not hold: Accept registers it, Reject rejects them.</summary>
    [EnumDataType(typeof(UnknownLawPolicy))]
    public UnknownLawPolicy UnknownLaw { get; set; } = UnknownLawPolicy.Accept;

    /// <summary>How many laws have metrics under their own name; all others share the name "other". 0 to 1,000.</summary>
    [Range(0, 1_000)]
    public int NamedInMetrics { get; set; } = 50;
}
