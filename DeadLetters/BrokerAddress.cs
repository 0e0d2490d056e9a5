namespace Votes.DeadLetters;

/// <summary>Where the dead letters are, and where they go when they are replayed.</summary>
/// <param name="Uri">The broker: <c>amqp://user:password@host:port/vhost</c>.</param>
/// <param name="Queue">The queue that votes are counted from.</param>
/// <param name="DeadLetterQueue">The queue of the dead letters.</param>
/// <param name="CaFile">The authorities that may vouch for its certificate, in PEM; empty: those that the machine trusts.</param>
public sealed record BrokerAddress(Uri Uri, string Queue, string DeadLetterQueue, string CaFile = "")
{
    private const int PlainPort = 5672;
    private const int SecurePort = 5671;

    /// <summary>The broker's address as a message may show it: no password.</summary>
    public string Shown =>
        $"{Uri.Host}:{(Uri.Port > 0 ? Uri.Port : Uri.Scheme == "amqps" ? SecurePort : PlainPort)}";
}
