namespace Votes.LoadTest.Chaos.Network;

/// <summary>What a proxy does to the bytes it carries.</summary>
internal enum ProxyEffect
{
    /// <summary>Everything passes at once.</summary>
    Pass,

    /// <summary>Everything passes, some time later.</summary>
    Late,

    /// <summary>Connections are reset, new ones refused.</summary>
    Cut,

    /// <summary>In one direction nothing arrives.</summary>
    Silent,

    /// <summary>Every now and then a connection is reset with only part of a chunk passed on.</summary>
    Reset,

    /// <summary>Connections to PostgreSQL are reset when the answer to a commit is on its way.</summary>
    CommitCut,
}
