using System.ComponentModel.DataAnnotations;
using Votes.DeadLetters;
using Votes.Security;

namespace Votes.Silo.Operators;

/// <summary>The broker, for the operators' page alone: counting needs none here. Section "RabbitMq", as Ingest has it.</summary>
public sealed class BrokerOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "RabbitMq";

    /// <summary>The broker's address with user and password; empty: operators see no queues and no dead letters here.</summary>
    [StringLength(2_000)]
    public string Uri { get; set; } = "";

    /// <summary>The authorities that may vouch for its certificate, a file in PEM; empty: those that the machine trusts.</summary>
    [StringLength(4_000)]
    public string CaFile { get; set; } = "";

    /// <summary>The queue that votes are counted from.</summary>
    [Required, StringLength(255, MinimumLength = 1)]
    public string Queue { get; set; } = "votes.aggregation";

    /// <summary>The queue of the dead letters.</summary>
    [Required, StringLength(255, MinimumLength = 1)]
    public string DeadLetterQueue { get; set; } = "votes.aggregation.dead";

    /// <summary>Where the queues are; null where it is not configured.</summary>
    internal BrokerAddress? Address => Parse() is { } uri ? new BrokerAddress(uri, Queue, DeadLetterQueue, CaFile) : null;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // The value itself stays out of the message: it has a password.
        if (Uri.Length > 0 && Parse() is null)
        {
            yield return new ValidationResult(
                $"RabbitMq:Uri must be empty, or an address such as {BrokerUri.Form}.", [nameof(Uri)]);
        }

        if (Parse() is { } uri && BrokerTls.Problem(uri, CaFile, $"{Section}:{nameof(CaFile)}") is { } problem)
        {
            yield return new ValidationResult(problem, [nameof(CaFile)]);
        }
    }

    private Uri? Parse() => BrokerUri.TryParse(Uri, out var uri) ? uri : null;
}
