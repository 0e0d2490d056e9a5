using DbUp;
using DbUp.Engine;
using DbUp.Postgresql;
using Npgsql;

namespace Votes.Silo.Schema;

/// <summary>
/// Applies the schema scripts that a database lacks, each in its own transaction. Any number of processes may start at
/// once: they take turns by an advisory lock, and those that come later find nothing to do.
/// </summary>
public static partial class SchemaMigrator
{
    // "votes_db" in ASCII. Any number does, as long as nobody changes it: releases must agree on it.
    private const long LockKey = 0x766F7465735F6462;

    /// <summary>Applies the scripts that this program was built with, with the default options.</summary>
    /// <param name="ownerConnectionString">Connects as the role that owns the database, not through a pooler.</param>
    /// <param name="logger">Told of each script.</param>
    /// <param name="cancellationToken">Ends the waits; a script that runs is not interrupted.</param>
    /// <exception cref="SchemaException">The schema cannot be made the one of this program; says why.</exception>
    /// <exception cref="NpgsqlException">The server did not come up in time, or refuses the connection.</exception>
    public static Task MigrateAsync(
        string ownerConnectionString, ILogger logger, CancellationToken cancellationToken) =>
        MigrateAsync(ownerConnectionString, new SchemaOptions(), logger, cancellationToken);

    /// <summary>Applies the scripts that this program was built with.</summary>
    /// <param name="ownerConnectionString">Connects as the role that owns the database, not through a pooler.</param>
    /// <param name="options">How long to wait for what.</param>
    /// <param name="logger">Told of each script.</param>
    /// <param name="cancellationToken">Ends the waits; a script that runs is not interrupted.</param>
    /// <exception cref="SchemaException">The schema cannot be made the one of this program; says why.</exception>
    /// <exception cref="NpgsqlException">The server did not come up in time, or refuses the connection.</exception>
    public static Task MigrateAsync(
        string ownerConnectionString, SchemaOptions options, ILogger logger, CancellationToken cancellationToken) =>
        MigrateAsync(
            ownerConnectionString, SchemaScripts.Embedded, options, TimeProvider.System, logger, cancellationToken);

    /// <summary>Applies the scripts that the database lacks.</summary>
    /// <param name="ownerConnectionString">
    /// Connects as the role that owns the database, and not through a pooler that shares sessions: the lock is the
    /// session's.
    /// </param>
    /// <param name="scripts">All scripts of the schema, in order.</param>
    /// <param name="options">How long to wait for what.</param>
    /// <param name="time">Measures the waits.</param>
    /// <param name="logger">Told of each script.</param>
    /// <param name="cancellationToken">Ends the waits; a script that runs is not interrupted.</param>
    /// <exception cref="SchemaException">
    /// The schema is newer than the scripts, a released script was edited, a script failed (its transaction is rolled
    /// back, those before it stay), or another process held the lock for too long.
    /// </exception>
    /// <exception cref="NpgsqlException">The server did not come up in time, or refuses the connection.</exception>
    public static async Task MigrateAsync(
        string ownerConnectionString,
        IReadOnlyList<SchemaScript> scripts,
        SchemaOptions options,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        options.Validate();
        var started = time.GetTimestamp();
        var waiting = false;
        while (true)
        {
            try
            {
                await MigrateOnceAsync(ownerConnectionString, scripts, options, time, logger, cancellationToken);
                return;
            }
            catch (Exception exception) when (
                DatabaseServer.IsNotUp(exception) && time.GetElapsedTime(started) < options.ServerWait)
            {
                // What has been applied is in the journal: beginning again is safe at any point.
                if (!waiting)
                {
                    LogServerNotUp(logger, options.ServerWait, exception.Message);
                    waiting = true;
                }

                await Task.Delay(options.RetryInterval, time, cancellationToken);
            }
        }
    }

    private static async Task MigrateOnceAsync(
        string ownerConnectionString,
        IReadOnlyList<SchemaScript> scripts,
        SchemaOptions options,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        // Unpooled: closing a connection ends its session, and with it the lock. The keepalive notices a server that
        // is gone while a long script runs on the other session.
        var connectionString = new NpgsqlConnectionStringBuilder(ownerConnectionString)
        {
            Pooling = false,
            KeepAlive = 30,
            ApplicationName = "votes schema",
        }.ConnectionString;
        await using var dataSource = NpgsqlDataSource.Create(connectionString);

        // The lock's own session, taken before anything is looked up: what is read below stays true until it closes. If
        // it breaks midway, the journal's key still rolls back whoever applies a script second.
        await using var lockSession = await dataSource.OpenConnectionAsync(cancellationToken);
        await LockAsync(lockSession, options, time, logger, cancellationToken);

        await RequireEncodingAsync(lockSession, cancellationToken);
        var journal = await SchemaJournal.ReadAsync(lockSession, cancellationToken);
        if (journal is null)
        {
            await RequireRolesAsync(lockSession, cancellationToken);
            await SchemaJournal.CreateAsync(lockSession, cancellationToken);
            journal = new Dictionary<string, string>(StringComparer.Ordinal);
        }

        var state = SchemaState.Compare(scripts, journal);
        state.ThrowIfUnusable();
        if (state.IsComplete)
        {
            LogUpToDate(logger, journal.Count);
            return;
        }

        // The library knows no async calls; at start there is nobody to hold up.
        await Task.Run(() => Apply(dataSource, scripts, journal.Keys, options, logger), cancellationToken);
        LogMigrated(logger, state.Missing.Count);
    }

    private static async Task LockAsync(
        NpgsqlConnection session,
        SchemaOptions options,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var waiting = false;
        await using var tryLock = new NpgsqlCommand("select pg_try_advisory_lock($1)", session);
        tryLock.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });

        // Asking again, rather than waiting inside the server: a waiting statement holds a snapshot, on which a
        // script of the process that holds the lock might itself have to wait.
        while (await tryLock.ExecuteScalarAsync(cancellationToken) is not true)
        {
            if (time.GetElapsedTime(started) >= options.LockWait)
            {
                throw new SchemaException(
                    $"Another process has been migrating this database for {options.LockWait} "
                    + $"({SchemaOptions.Section}:{nameof(SchemaOptions.LockWait)}). Look for its session "
                    + "(application_name 'votes schema' in pg_stat_activity), then start again.");
            }

            if (!waiting)
            {
                LogLockHeld(logger, options.LockWait);
                waiting = true;
            }

            await Task.Delay(options.RetryInterval, time, cancellationToken);
        }
    }

    private static async Task RequireRolesAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand(
            "select exists (select from pg_roles where rolname = 'votes_app')", session);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw new SchemaException(
                "The role votes_app does not exist. Run db/bootstrap/roles.sql as a superuser first.");
        }
    }

    private static async Task RequireEncodingAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        await using var show = new NpgsqlCommand("show server_encoding", session);
        if (await show.ExecuteScalarAsync(cancellationToken) is not "UTF8" and var encoding)
        {
            throw new SchemaException(
                $"The database's encoding is {encoding}; it must be UTF8, for law ids, titles and choices are Unicode. "
                + "An encoding cannot be changed: make the database anew with db/bootstrap/roles.sql.");
        }
    }

    private static void Apply(
        NpgsqlDataSource dataSource,
        IReadOnlyList<SchemaScript> scripts,
        IEnumerable<string> executed,
        SchemaOptions options,
        ILogger logger)
    {
        var engine = DeployChanges.To
            .PostgresqlDatabase(new PostgresqlConnectionManager(dataSource))
            .WithScripts(scripts.Select(script => new SqlScript(script.Name, script.Text)))
            .WithScriptNameComparer(StringComparer.Ordinal)
            .JournalTo(new SchemaJournal(scripts, executed))
            .WithTransactionPerScript()
            .WithExecutionTimeout(options.StatementTimeout)
            // $name$ would be a variable to the library; to PostgreSQL it is a quote.
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build();
        engine.ScriptExecuted += (_, e) => LogApplied(logger, ((ScriptExecutedEventArgs)e).Script.Name);

        var result = engine.PerformUpgrade();
        if (!result.Successful)
        {
            throw new SchemaException(
                $"The schema script {result.ErrorScript?.Name} failed and was rolled back: {result.Error.Message}",
                result.Error);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The database server is not up; trying again for up to {ServerWait}: {Reason}")]
    private static partial void LogServerNotUp(ILogger logger, TimeSpan serverWait, string reason);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Another process migrates the database; waiting for it for up to {LockWait}")]
    private static partial void LogLockHeld(ILogger logger, TimeSpan lockWait);

    [LoggerMessage(Level = LogLevel.Information, Message = "The schema is up to date at {Scripts} scripts")]
    private static partial void LogUpToDate(ILogger logger, int scripts);

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied schema script {Script}")]
    private static partial void LogApplied(ILogger logger, string script);

    [LoggerMessage(Level = LogLevel.Information, Message = "The schema is migrated: {Scripts} scripts applied")]
    private static partial void LogMigrated(ILogger logger, int scripts);
}
