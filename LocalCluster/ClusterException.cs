namespace Votes.LocalCluster;

/// <summary>The local cluster cannot do what was asked; the message tells the user why and what to do.</summary>
public sealed class ClusterException : Exception
{
    /// <summary>Makes an exception without a message; only here because exceptions are expected to have it.</summary>
    public ClusterException()
    {
    }

    /// <summary>Makes an exception with a message for the user.</summary>
    public ClusterException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message for the user and its cause.</summary>
    public ClusterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
