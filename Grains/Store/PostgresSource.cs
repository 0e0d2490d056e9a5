using Npgsql;

namespace Votes.Grains.Store;

/// <summary>Connections whose ends notice each other's silence.</summary>
public static class PostgresSource
{
    /// <summary>How long a connection may take to open.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The settings of a session that flushes. It looks keys up one by one whatever the statistics say: a plan made while the
    /// audit was small must not scan it once it is large. synchronous_commit stays on, whatever the role's default: an ack
    /// follows the commit. And so does the isolation level: each statement of a flush needs a snapshot of its own.
    /// </summary>
    public const string FlushSettings =
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c synchronous_commit=on "
        + @"-c default_transaction_isolation=read\ committed";

    /// <summary>
    /// What the server is told at the start of a session so that it notices a peer that is gone, after 5 s + 3 x 2 s. It
    /// would otherwise wait two hours for the rest of a command that was cut off midway, and hold the locks of the part that
    /// it has: whoever writes the same voters' votes again would wait for them.
    /// </summary>
    private const string ServerKeepalive =
        "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3";

    /// <summary>Settings for connections that must not wait for a silent server.</summary>
    /// <param name="connectionString">The connection string to start from.</param>
    /// <param name="name">The application's name in the server's lists.</param>
    /// <param name="statementTimeout">
    /// How long a statement may take. The server sees to it, so that a statement that waits for a lock is not left behind.
    /// </param>
    /// <param name="settings">Further settings of the session.</param>
    public static NpgsqlConnectionStringBuilder Bounded(
        string connectionString, string name, TimeSpan statementTimeout, string settings = "")
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = name,
            Timeout = (int)ConnectTimeout.TotalSeconds,
            // A while longer than the server's own limit: the driver's is for a server that says nothing at all.
            CommandTimeout = (int)Math.Ceiling(statementTimeout.TotalSeconds) + 2,
            // A server that said nothing will not hear a request to cancel either: do not wait for what it does with it.
            CancellationTimeout = -1,
            Enlist = false,
            KeepAlive = 30,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 5,
            TcpKeepAliveInterval = 2,
        };
        var milliseconds = (long)Math.Ceiling(statementTimeout.TotalMilliseconds);
        builder.Options = FormattableString.Invariant(
            $"{builder.Options} {ServerKeepalive} -c statement_timeout={milliseconds} {settings}").Trim();
        return builder;
    }
}
