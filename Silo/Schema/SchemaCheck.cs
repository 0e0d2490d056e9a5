using Npgsql;

namespace Votes.Silo.Schema;

/// <summary>
/// Lets a process without the owner's rights start only on the schema that it was built for. It reads the journal and
/// changes nothing.
/// </summary>
public static partial class SchemaCheck
{
    /// <summary>Returns when the database has had exactly the scripts that this program was built with.</summary>
    /// <param name="dataSource">Connects as a member of votes_app.</param>
    /// <param name="logger">Told of the wait.</param>
    /// <param name="wait">How long to wait for the server and for whoever migrates. Zero: one look.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaException">The schema is newer, edited, or still older after the wait.</exception>
    /// <exception cref="NpgsqlException">The server did not come up in time, or refuses the connection.</exception>
    public static Task EnsureKnownAsync(
        NpgsqlDataSource dataSource, ILogger logger, TimeSpan wait, CancellationToken cancellationToken) =>
        EnsureKnownAsync(
            dataSource,
            SchemaScripts.Embedded,
            wait,
            new SchemaOptions().RetryInterval,
            TimeProvider.System,
            logger,
            cancellationToken);

    /// <summary>Returns when the database has had exactly these scripts.</summary>
    /// <param name="dataSource">Connects as a member of votes_app.</param>
    /// <param name="scripts">The scripts that the program knows.</param>
    /// <param name="wait">
    /// How long to wait for a server that is not up, and for whoever migrates a schema that is older. Zero: one look.
    /// </param>
    /// <param name="retryInterval">The pause between two looks.</param>
    /// <param name="time">Measures the wait.</param>
    /// <param name="logger">Told of the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaException">
    /// The schema is newer (at once), or a script was edited (at once), or the schema is still older after the wait.
    /// </exception>
    /// <exception cref="NpgsqlException">The server did not come up in time, or refuses the connection.</exception>
    public static async Task EnsureKnownAsync(
        NpgsqlDataSource dataSource,
        IReadOnlyList<SchemaScript> scripts,
        TimeSpan wait,
        TimeSpan retryInterval,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var waiting = false;
        while (true)
        {
            string reason;
            try
            {
                var missing = await FindMissingAsync(dataSource, scripts, cancellationToken);
                if (missing.Count == 0)
                {
                    LogKnown(logger, scripts.Count);
                    return;
                }

                reason = $"The database's schema is older than this program: it lacks {SchemaState.List(missing)}.";
                if (time.GetElapsedTime(started) >= wait)
                {
                    throw new SchemaException(
                        $"{reason} Nobody has migrated it in {wait}. Run `Votes.Silo migrate` as the owner.");
                }
            }
            catch (Exception exception) when (
                DatabaseServer.IsNotUp(exception) && time.GetElapsedTime(started) < wait)
            {
                reason = $"The database server is not up: {exception.Message}";
            }

            if (!waiting)
            {
                LogWaiting(logger, wait, reason);
                waiting = true;
            }

            await Task.Delay(retryInterval, time, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<string>> FindMissingAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var journal = await SchemaJournal.ReadAsync(connection, cancellationToken);
        var state = SchemaState.Compare(scripts, journal ?? new Dictionary<string, string>(StringComparer.Ordinal));
        state.ThrowIfUnusable();
        return state.Missing;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The schema is the one of this program: {Scripts} scripts")]
    private static partial void LogKnown(ILogger logger, int scripts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting up to {Wait} for the database. {Reason}")]
    private static partial void LogWaiting(ILogger logger, TimeSpan wait, string reason);
}
