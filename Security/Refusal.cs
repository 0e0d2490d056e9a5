using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Votes.Security;

/// <summary>Says in a sentence why a certificate is refused: the drivers only say that it was.</summary>
public static class Refusal
{
    private const X509ChainStatusFlags Unsigned =
        X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid;

    /// <summary>The sentence.</summary>
    /// <param name="who">Who showed the certificate, such as "the broker at mq:5671".</param>
    /// <param name="certificate">The certificate; null where none was shown.</param>
    /// <param name="name">The name that it was to be for; null where it may be for any.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <param name="chain">What is wrong with its chain.</param>
    /// <param name="authority">Where its authority is to be named, such as a setting.</param>
    public static string Tell(
        string who,
        X509Certificate2? certificate,
        string? name,
        SslPolicyErrors errors,
        X509ChainStatusFlags chain,
        string authority)
    {
        if (certificate is null)
        {
            return $"{who} shows no certificate.";
        }

        var reasons = new List<string>();
        if (name is not null && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            reasons.Add($"it is not for the name {name}, but for {Names(certificate)}");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            reasons.AddRange(OfChain(certificate, chain, authority));
        }

        return $"The certificate of {who} is refused: {string.Join("; ", reasons)}. (Subject {certificate.Subject}, "
            + $"issuer {certificate.Issuer}.)";
    }

    /// <summary>
    /// What went wrong, in one sentence: where a certificate was refused, why; the drivers' own messages stop before it.
    /// </summary>
    public static string Tell(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is AuthenticationException)
            {
                return inner.Message;
            }
        }

        return exception.Message;
    }

    /// <summary>What is wrong with the chain that a handshake has built.</summary>
    internal static X509ChainStatusFlags StatusOf(X509Chain? chain) => chain is null
        ? X509ChainStatusFlags.NoError
        : chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status);

    private static IEnumerable<string> OfChain(
        X509Certificate2 certificate, X509ChainStatusFlags chain, string authority)
    {
        if (chain.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            yield return FormattableString.Invariant(
                $"it, or its authority's, is out of date (its own is valid from {certificate.NotBefore:u} to ")
                + FormattableString.Invariant($"{certificate.NotAfter:u})");
        }

        if ((chain & Unsigned) != X509ChainStatusFlags.NoError || chain == X509ChainStatusFlags.NoError)
        {
            yield return $"it was not signed by an authority in {authority}";
        }

        var others = chain & ~(Unsigned | X509ChainStatusFlags.NotTimeValid);
        if (others != X509ChainStatusFlags.NoError)
        {
            yield return $"its chain is not valid ({others})";
        }
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(static extension => extension.EnumerateDnsNames()
                .Concat(extension.EnumerateIPAddresses().Select(static address => address.ToString())))
            .ToArray();
        return names.Length > 0 ? string.Join(", ", names) : "none (it has no subject alternative name)";
    }
}
