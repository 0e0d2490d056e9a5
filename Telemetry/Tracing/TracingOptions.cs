using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Votes.Telemetry.Tracing;

/// <summary>Where traces go, and of how many votes. Section "Tracing" of the configuration.</summary>
public sealed class TracingOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Tracing";

    /// <summary>
    /// The collector, such as http://127.0.0.1:4318 (over gRPC :4317). Empty: nothing is traced, which costs one test a call.
    /// </summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary>How the collector is spoken to.</summary>
    public TracingProtocol Protocol { get; set; } = TracingProtocol.HttpProtobuf;

    /// <summary>
    /// The share of the calls to grains, and of the flushes, that begin a trace of their own where no vote in them carries a
    /// sampled one. 0 to 1.
    /// </summary>
    [Range(0d, 1d)]
    public double SampleRatio { get; set; } = 0.01;

    /// <summary>Whether there is anywhere for traces to go.</summary>
    public bool IsOn => OtlpEndpoint.Length > 0;

    /// <summary>Where requests are sent: of HTTP, the path that collectors serve where the endpoint names none.</summary>
    public Uri ToExportAddress()
    {
        var endpoint = new Uri(OtlpEndpoint, UriKind.Absolute);
        return Protocol == TracingProtocol.HttpProtobuf && endpoint.AbsolutePath == "/"
            ? new Uri(endpoint, "/v1/traces")
            : endpoint;
    }

    /// <summary>The settings, while services are still being added.</summary>
    /// <exception cref="InvalidOperationException">A value is none; the message names its key.</exception>
    public static TracingOptions Read(IConfiguration configuration) =>
        configuration.GetSection(Section).Get<TracingOptions>() ?? new TracingOptions();

    /// <summary>Checks the settings.</summary>
    /// <exception cref="InvalidOperationException">One is out of its bounds; the message names key, value and bound.</exception>
    public void Validate()
    {
        var failure = SampleRatio is >= 0 and <= 1
            ? Validate(new ValidationContext(this)).FirstOrDefault()?.ErrorMessage
            : FormattableString.Invariant($"{Section}:{nameof(SampleRatio)} is '{SampleRatio}'; it must be from 0 to 1.");
        if (failure is not null)
        {
            throw new InvalidOperationException(failure);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsOn && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var endpoint)
            && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps)))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(OtlpEndpoint)} is '{OtlpEndpoint}'; it must be empty or an http or https address.");
        }
    }
}
