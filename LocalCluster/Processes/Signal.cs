namespace Votes.LocalCluster;

/// <summary>The signals that the local cluster sends, by their numbers on Linux.</summary>
public enum Signal
{
    /// <summary>SIGINT; PostgreSQL reads it as "disconnect everybody, then stop".</summary>
    Interrupt = 2,

    /// <summary>SIGQUIT; PostgreSQL reads it as "stop at once, recover at the next start".</summary>
    Quit = 3,

    /// <summary>SIGKILL: the process ends without a chance to do anything.</summary>
    Kill = 9,

    /// <summary>SIGTERM: stop in order.</summary>
    Terminate = 15,

    /// <summary>SIGCONT: go on after <see cref="Stop" />.</summary>
    Continue = 18,

    /// <summary>SIGSTOP: the process stands still until <see cref="Continue" />.</summary>
    Stop = 19,
}
