using System.ComponentModel.DataAnnotations;

namespace Votes.Silo.Access;

/// <summary>Who may do what. Section "Access" of the configuration.</summary>
public sealed class AccessOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Access";

    /// <summary>The keys of operators, each as the SHA-256 of the key in 64 hexadecimal digits, separated by commas.</summary>
    [StringLength(10_000)]
    public string OperatorKeySha256 { get; set; } = "";

    /// <summary>The keys of readers, in the same form; they matter only where the public routes need a key.</summary>
    [StringLength(10_000)]
    public string ReaderKeySha256 { get; set; } = "";

    /// <summary>Whether the public routes need a key as well: a reader's or an operator's.</summary>
    public bool PublicNeedsKey { get; set; }

    /// <summary>The OpenID Connect issuer whose tokens are accepted, such as https://login.example; empty: none.</summary>
    [StringLength(2_000)]
    public string Authority { get; set; } = "";

    /// <summary>The audience that a token must be made for.</summary>
    [StringLength(500)]
    public string Audience { get; set; } = "";

    /// <summary>The claim that holds a token's roles.</summary>
    [Required, StringLength(100, MinimumLength = 1)]
    public string RoleClaim { get; set; } = "roles";

    /// <summary>The role that makes the owner of a token an operator.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string OperatorRole { get; set; } = "votes-operator";

    /// <summary>
    /// What seals the cookies of those who signed in: base64, 32 bytes or more, the same for all silos, and as secret as a
    /// key. Empty: each process makes one up, and a sign-in is good at that silo until it restarts.
    /// </summary>
    [StringLength(1_000)]
    public string SignInSecret { get; set; } = "";

    /// <summary>How long a sign-in lasts. 1 min to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan SignInLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>
    /// How many wrong keys or tokens one client address may send in a minute; until the minute is over, none of its keys or
    /// tokens is looked at then. 1 to 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int FailuresPerMinute { get; set; } = 30;

    /// <summary>
    /// An address of its own for /metrics and /health, which are then served there alone, such as http://0.0.0.0:9090;
    /// empty: they are served beside the API.
    /// </summary>
    [StringLength(500)]
    public string OperationsUrl { get; set; } = "";

    /// <summary>
    /// The proxies that stand before this silo: IP addresses or networks such as 10.0.0.0/8, separated by commas. What they
    /// say of a caller's address and scheme (X-Forwarded-For, X-Forwarded-Proto) is believed: rate limits then count callers
    /// and not the proxy, and cookies are Secure where the caller came by https. Empty: nobody is believed.
    /// </summary>
    [StringLength(10_000)]
    public string KnownProxies { get; set; } = "";

    /// <summary>Whether anybody can be an operator at all.</summary>
    public bool HasOperators => OperatorKeySha256.Length > 0 || Authority.Length > 0;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // The value itself stays out of the messages: a key may have been pasted where its hash belongs.
        foreach (var (name, value) in new[]
        {
            (nameof(OperatorKeySha256), OperatorKeySha256), (nameof(ReaderKeySha256), ReaderKeySha256),
        })
        {
            if (!KeyRing.IsList(value))
            {
                yield return new ValidationResult(
                    $"Access:{name} must hold SHA-256 hashes of 64 hexadecimal digits, separated by commas "
                    + "(printf %s \"$KEY\" | sha256sum).",
                    [name]);
            }
        }

        if (ForwardedCallers.Parse(KnownProxies) is null)
        {
            yield return new ValidationResult(
                $"Access:KnownProxies is '{KnownProxies}'; it must hold IP addresses or networks such as 10.0.0.0/8, "
                + "separated by commas.",
                [nameof(KnownProxies)]);
        }

        if (SignInSecret.Length > 0 && !KeyRing.IsSecret(SignInSecret))
        {
            yield return new ValidationResult(
                "Access:SignInSecret must be base64 of 32 bytes or more (openssl rand -base64 32).",
                [nameof(SignInSecret)]);
        }

        if (Authority.Length > 0 && !IsTrustworthy(Authority))
        {
            yield return new ValidationResult(
                $"Access:Authority is '{Authority}'; it must be an https address (http on the local machine alone).",
                [nameof(Authority)]);
        }

        if (Authority.Length > 0 && Audience.Length == 0)
        {
            yield return new ValidationResult(
                "Access:Audience is not set; with Access:Authority it must be, or tokens for other services would do.",
                [nameof(Audience)]);
        }

        if (OperationsUrl.Length > 0 && OperationsPort is null)
        {
            yield return new ValidationResult(
                $"Access:OperationsUrl is '{OperationsUrl}'; it must be an http address with a port.",
                [nameof(OperationsUrl)]);
        }
    }

    /// <summary>The port of <see cref="OperationsUrl"/>; null where there is none.</summary>
    internal int? OperationsPort =>
        Uri.TryCreate(OperationsUrl.Replace("*", "localhost").Replace("+", "localhost"), UriKind.Absolute, out var uri)
            && uri.Scheme == Uri.UriSchemeHttp
            ? uri.Port
            : null;

    private static bool IsTrustworthy(string authority) =>
        Uri.TryCreate(authority, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
