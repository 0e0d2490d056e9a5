using Npgsql;
using RabbitMQ.Client;
using Votes.LoadTest;

namespace Votes.Bench.Running;

/// <summary>
/// Waits for the end of a drain and disturbs it little: the database is asked only when the queue shows nothing more.
/// </summary>
internal sealed class DrainWatch(BenchServers servers)
{
    /// <summary>Waits until so many votes are settled; returns what is wrong, null where they are.</summary>
    /// <param name="votes">
    /// Votes to be on record in the database, those from before among them; 0 where the contestant writes none.
    /// </param>
    /// <param name="contestant">The contestant: one that ended settles nothing more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<string?> WaitAsync(
        long votes, IRunningContestant contestant, CancellationToken cancellationToken)
    {
        var endpoints = servers.Endpoints;
        var factory = new ConnectionFactory { Uri = endpoints.AmqpUrl, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await using var database = await servers.ConnectAsync("votes", cancellationToken);
        var clock = TimeProvider.System;
        var (last, moved) = (default((uint Ready, long Settled)), clock.GetTimestamp());
        while (true)
        {
            await Task.Delay(WaitLimits.Look, clock, cancellationToken);
            var ready = (await channel.QueueDeclarePassiveAsync(endpoints.Queue, cancellationToken)).MessageCount;
            var settled = ready == 0 ? await SettledAsync(database, cancellationToken) : 0;
            if (ready == 0 && IsDone(votes, settled, contestant))
                return null;
            if (contestant.Failure is { } failure)
                return failure;
            if ((ready, settled) != last)
                (last, moved) = ((ready, settled), clock.GetTimestamp());
            if (clock.GetElapsedTime(moved) > WaitLimits.Stall)
                return $"nothing moved for {WaitLimits.Stall.TotalSeconds} s; {ready} wait, {settled} are settled";
        }
    }

    private static bool IsDone(long votes, long settled, IRunningContestant contestant) =>
        votes == 0 ? contestant is WorkerContestant { Report: not null } : settled >= votes;

    private static async Task<long> SettledAsync(NpgsqlConnection database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        command.CommandText = """
            select ((select coalesce(sum(total), 0) from vote_results)
                    + (select count(*) from duplicate_attempts))::bigint
            """;
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
