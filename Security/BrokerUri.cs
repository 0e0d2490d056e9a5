using System.Diagnostics.CodeAnalysis;

namespace Votes.Security;

/// <summary>Reads a broker's address.</summary>
public static class BrokerUri
{
    /// <summary>What an address looks like, for messages.</summary>
    public const string Form =
        "amqp://user:password@127.0.0.1:5672/, or amqps://...:5671/ for TLS, with %3A for a colon and %40 for an @ in the password";

    /// <summary>The scheme of an address whose connections are encrypted.</summary>
    public const string SecureScheme = "amqps";

    /// <summary>
    /// Whether a text is an address that the client takes: it says no by an exception that quotes user and password, so it
    /// must not come to that.
    /// </summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address)
        && address.Scheme is "amqp" or SecureScheme
        && address.UserInfo.Count(static c => c == ':') <= 1
        && address.Segments.Length <= 2;
}
