using System.Globalization;
using Npgsql;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// Statements with the superuser's rights, on the way past the proxies, each on a connection of its own, and again as
/// long as the database is not there: another fault may have it down.
/// </summary>
internal sealed class SuperuserSql(string connectionString)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "chaos drill",
        Pooling = false,
        Timeout = 5,
        CommandTimeout = 60,
    }.ConnectionString;

    /// <summary>Runs statements; a script of several is one transaction.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        await ScalarAsync(sql, cancellationToken);

    /// <summary>Runs a query that returns a number; 0 for none.</summary>
    public async Task<long> NumberAsync(string sql, CancellationToken cancellationToken) =>
        Convert.ToInt64(await ScalarAsync(sql, cancellationToken), CultureInfo.InvariantCulture);

    /// <summary>Opens a connection that the caller keeps.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        for (var start = clock.GetTimestamp(); ;)
        {
            var connection = new NpgsqlConnection(_connectionString);
            try
            {
                await connection.OpenAsync(cancellationToken);
                return connection;
            }
            catch (NpgsqlException) when (clock.GetElapsedTime(start) < Limit)
            {
                await connection.DisposeAsync();
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    private async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        for (var start = clock.GetTimestamp(); ;)
        {
            try
            {
                await using var connection = await OpenAsync(cancellationToken);
                await using var command = new NpgsqlCommand(sql, connection);
                return await command.ExecuteScalarAsync(cancellationToken);
            }
            catch (NpgsqlException error) when (error.IsTransient && clock.GetElapsedTime(start) < Limit)
            {
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }
}
