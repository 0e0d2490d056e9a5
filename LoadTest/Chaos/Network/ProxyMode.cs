namespace Votes.LoadTest.Chaos.Network;

/// <summary>What a proxy does to the bytes it carries, with the figures that go with it.</summary>
internal sealed record ProxyMode
{
    /// <summary>Everything passes at once.</summary>
    public static readonly ProxyMode Pass = new() { Effect = ProxyEffect.Pass };

    /// <summary>Connections are reset, new ones refused.</summary>
    public static readonly ProxyMode Cut = new() { Effect = ProxyEffect.Cut };

    private ProxyMode()
    {
    }

    /// <summary>What is done.</summary>
    public ProxyEffect Effect { get; private init; }

    /// <summary>How late bytes arrive, each way.</summary>
    public TimeSpan Latency { get; private init; }

    /// <summary>The direction in which nothing arrives.</summary>
    public Direction SilentDirection { get; private init; }

    /// <summary>Whether the bytes of a silence are lost, rather than late.</summary>
    public bool LosesBytes { get; private init; }

    /// <summary>The least time that a connection lives.</summary>
    public TimeSpan ShortestLife { get; private init; }

    /// <summary>The most time that a connection lives before its next bytes end it.</summary>
    public TimeSpan LongestLife { get; private init; }

    /// <summary>The most commits of one connection whose answers pass before one is cut off.</summary>
    public int MostCommits { get; private init; }

    /// <summary>
    /// Which connections it is for, told by the port that they come from; null for all of them, and others pass.
    /// </summary>
    public Func<int, bool>? From { get; private init; }

    /// <summary>Bytes arrive this much later, each way, as many a second as without it.</summary>
    public static ProxyMode Late(TimeSpan latency) => new() { Effect = ProxyEffect.Late, Latency = latency };

    /// <summary>
    /// Nothing arrives in one direction: no byte, no end, no reset. The other one works, and so does connecting.
    /// </summary>
    /// <param name="direction">The direction in which nothing arrives.</param>
    /// <param name="losesBytes">
    /// True: the bytes are read and thrown away, so that the sender takes them for sent, and a connection that lost some
    /// is reset when the silence ends. False: they are kept from their receiver, late as after an outage of the network.
    /// </param>
    public static ProxyMode Silent(Direction direction, bool losesBytes) =>
        new() { Effect = ProxyEffect.Silent, SilentDirection = direction, LosesBytes = losesBytes };

    /// <summary>Each connection is reset after a time drawn between the two, with only part of a chunk passed on.</summary>
    public static ProxyMode Reset(TimeSpan shortestLife, TimeSpan longestLife) =>
        new() { Effect = ProxyEffect.Reset, ShortestLife = shortestLife, LongestLife = longestLife };

    /// <summary>Each connection is reset in place of the answer to a commit: its first, or one of its first few.</summary>
    public static ProxyMode CommitCut(int mostCommits) =>
        new() { Effect = ProxyEffect.CommitCut, MostCommits = mostCommits };

    /// <summary>The same for some connections alone: the port that they come from decides, asked once for each.</summary>
    public ProxyMode OnlyFrom(Func<int, bool> from) => this with { From = from };

    /// <summary>The same seen from the other end: a silence is in the other direction.</summary>
    public ProxyMode Turned() => this with
    {
        SilentDirection = SilentDirection == Direction.ToServer ? Direction.ToClient : Direction.ToServer,
    };

    /// <summary>Whether nothing may arrive in a direction.</summary>
    public bool Silences(Direction direction) => Effect == ProxyEffect.Silent && SilentDirection == direction;
}
