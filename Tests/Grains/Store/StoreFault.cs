namespace Votes.Tests.Grains.Store;

/// <summary>How a write of the <see cref="GatedTallyStore"/> fails.</summary>
internal enum StoreFault
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The connection is lost before the commit: nothing was written.</summary>
    BeforeCommit,

    /// <summary>The commit's answer is lost: everything was written.</summary>
    AfterCommit,

    /// <summary>Somebody else holds locks on the totals of all its laws: nothing was written.</summary>
    Locked,

    /// <summary>A fault that no code expects.</summary>
    Unheard,
}
