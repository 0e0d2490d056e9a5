using Npgsql;

namespace Votes.Telemetry.Clocks;

/// <summary>Reads the database's clock.</summary>
/// <param name="database">The database.</param>
/// <param name="machine">The machine's clock, with which it is compared.</param>
public sealed class DatabaseClock(NpgsqlDataSource database, TimeProvider machine)
{
    // The first question opens a connection, and may wait behind others: of some, the fastest tells most.
    private const int Questions = 3;

    /// <summary>Reads both clocks.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task<ClockReading> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        ClockReading? best = null;
        for (var question = 0; question < Questions; question++)
        {
            var reading = await ReadOnceAsync(connection, cancellationToken);
            if (best is null || reading.Uncertainty < best.Uncertainty)
            {
                best = reading;
            }
        }

        return best!;
    }

    private async Task<ClockReading> ReadOnceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Not now(), which is the start of the transaction.
        await using var select = new NpgsqlCommand("select clock_timestamp()", connection);
        var asked = machine.GetTimestamp();
        var answer = (DateTime)(await select.ExecuteScalarAsync(cancellationToken))!;
        var answered = machine.GetTimestamp();
        var own = machine.GetUtcNow();
        var half = machine.GetElapsedTime(asked, answered) / 2;
        return new ClockReading(own - half, new DateTimeOffset(answer, TimeSpan.Zero), half, asked + ((answered - asked) / 2));
    }
}
