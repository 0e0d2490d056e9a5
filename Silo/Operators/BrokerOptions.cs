using System.ComponentModel.DataAnnotations;
using Votes.DeadLetters;

namespace Votes.Silo.Operators;

/// <summary>The broker, for the operators' page alone: counting needs none here. Section "RabbitMq", as Ingest has it.</summary>
public sealed class BrokerOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "RabbitMq";

    /// <summary>The broker's address with user and password; empty: operators see no queues and no dead letters here.</summary>
    [StringLength(2_000)]
    public string Uri { get; set; } = "";

    /// <summary>The queue that votes are counted from.</summary>
    [Required, StringLength(255, MinimumLength = 1)]
    public string Queue { get; set; } = "votes.aggregation";

    /// <summary>The queue of the dead letters.</summary>
    [Required, StringLength(255, MinimumLength = 1)]
    public string DeadLetterQueue { get; set; } = "votes.aggregation.dead";

    /// <summary>Where the queues are; null where it is not configured.</summary>
    internal BrokerAddress? Address => Parse() is { } uri ? new BrokerAddress(uri, Queue, DeadLetterQueue) : null;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // The value itself stays out of the message: it has a password.
        if (Uri.Length > 0 && Parse() is null)
        {
            yield return new ValidationResult(
                "RabbitMq:Uri must be an address such as amqp://user:password@127.0.0.1:5672/, or empty.", [nameof(Uri)]);
        }
    }

    private Uri? Parse() =>
        System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) && uri.Scheme is ("amqp" or "amqps") ? uri : null;
}
