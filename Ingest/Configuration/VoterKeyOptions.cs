using Votes.Ingest.VoterKeys;

namespace Votes.Ingest.Configuration;

/// <summary>The secret behind the voter keys: section <c>VoterKey</c>.</summary>
public sealed record VoterKeyOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "VoterKey";

    /// <summary>The secret in base64: at least 32 bytes. Never logged, and no part of any error message.</summary>
    public string Secret { get; init; } = "";

    /// <summary>
    /// What keys are made of; absent: what the database's keys are made of, and <see cref="VoterKeyRegistry.Newest"/> where it
    /// is new.
    /// </summary>
    public VoterKeyForm? Form { get; init; }

    /// <summary>Reads the secret and the form.</summary>
    /// <exception cref="InvalidConfigurationException">Names the key and its bound, never the secret.</exception>
    public VoterKey Read()
    {
        var rules = new OptionRules(Section)
            .NotBlank(nameof(Secret), Secret)
            .Require(
                Form is null || Enum.IsDefined(Form.Value),
                nameof(Form),
                $"is {Form}; it must be one of {string.Join(", ", Enum.GetNames<VoterKeyForm>())}");
        rules.ThrowIfBroken();
        var secret = new byte[Secret.Length];
        var isBase64 = Convert.TryFromBase64String(Secret, secret, out var length);
        rules
            .Require(isBase64, nameof(Secret), "is not base64")
            .Require(
                !isBase64 || length >= VoterKey.MinSecretBytes,
                nameof(Secret),
                $"has {length} bytes; it must have at least {VoterKey.MinSecretBytes}")
            .ThrowIfBroken();
        return new VoterKey(secret.AsSpan(0, length), Form);
    }

    /// <summary>Says that there is a secret, and no more.</summary>
    public override string ToString() => $"{Section} {{ {nameof(Secret)} = not shown, {nameof(Form)} = {Form} }}";
}
