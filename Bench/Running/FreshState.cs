using System.Globalization;
using RabbitMQ.Client;
using Votes.Bench.Cases;
using Votes.LoadTest.Planning;

namespace Votes.Bench.Running;

/// <summary>
/// Makes every run start alike: a new queue, and a new database made from a template, with the laws of the run
/// described and everything written to disk. Owns the templates.
/// </summary>
internal sealed class FreshState(BenchServers servers, Action<string> report)
{
    private const string Database = "votes";
    private const string Empty = "votes_template";

    private readonly HashSet<string> _templates = [];

    /// <summary>Prepares database and broker for a case.</summary>
    public async Task ResetAsync(BenchCase one, CancellationToken cancellationToken)
    {
        var template = await TemplateAsync(one.MillionRowsBefore, cancellationToken);
        await CopyAsync(template, Database, cancellationToken);
        if (one.Described)
            await DescribeLawsAsync(one, cancellationToken);
        await DeleteQueuesAsync(cancellationToken);
    }

    private async Task<string> TemplateAsync(int millionRows, CancellationToken cancellationToken)
    {
        // Taken from the cluster's database before the first run.
        if (_templates.Add(Empty))
            await CopyAsync(Database, Empty, cancellationToken);
        if (millionRows == 0)
            return Empty;
        var name = string.Create(CultureInfo.InvariantCulture, $"votes_template_{millionRows}m");
        if (_templates.Add(name))
        {
            report($"filling a template database with {millionRows} million votes");
            await CopyAsync(Empty, name, cancellationToken);
            await FillAsync(name, millionRows * 1_000_000L, cancellationToken);
        }

        return name;
    }

    private async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        await servers.ExecuteAsync("postgres", $"""drop database if exists "{to}" with (force)""", cancellationToken);
        // Copied as files: log of millions of rows would still be waiting for its checkpoint in the run.
        await servers.ExecuteAsync(
            "postgres", $"""create database "{to}" owner votes_owner template "{from}" strategy file_copy""",
            cancellationToken);
        // Owner and rights of the database itself are not copied with what is in it.
        await servers.ExecuteAsync(
            "postgres",
            $"""
            revoke all on database "{to}" from public;
            grant connect on database "{to}" to votes_app, votes_ingest, votes_read, votes_reader
            """,
            cancellationToken);
    }

    // Votes of other people on the laws of the plans. The key is built at the end, which is quicker by far.
    private async Task FillAsync(string database, long rows, CancellationToken cancellationToken)
    {
        await using var connection = await servers.ConnectAsync(database, cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            alter table vote_audit drop constraint vote_audit_pk;
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at, counted_at)
            select 'law-' || lpad((1 + i % 100)::text, 6, '0'), md5('voter ' || i)::uuid, md5('vote ' || i)::uuid,
                   (array['yes', 'no', 'abstain'])[1 + i / 100 % 3],
                   now() - interval '1 day' + i * interval '1 millisecond',
                   now() - interval '1 day' + i * interval '1 millisecond'
              from generate_series(0, {rows} - 1) as g (i);
            alter table vote_audit add constraint vote_audit_pk primary key (law_id, voter);
            insert into vote_results (law_id, choice, total)
            select law_id, choice, count(*) from vote_audit group by law_id, choice;
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
        // Or autovacuum would come in the middle of a run.
        await servers.ExecuteAsync(database, "vacuum (freeze, analyze)", cancellationToken);
    }

    private async Task DescribeLawsAsync(BenchCase one, CancellationToken cancellationToken)
    {
        await using var connection = await servers.ConnectAsync(Database, cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = """
            insert into laws (law_id, title) select law_id, law_id from unnest($1::text[]) as l (law_id)
            on conflict do nothing
            """;
        command.Parameters.Add(new() { Value = MessagePlan.LawIds(one.Plan(1)) });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await servers.ExecuteAsync(Database, "vacuum (analyze) laws", cancellationToken);
        await servers.ExecuteAsync(Database, "checkpoint", cancellationToken);
    }

    private async Task DeleteQueuesAsync(CancellationToken cancellationToken)
    {
        var endpoints = servers.Endpoints;
        var factory = new ConnectionFactory { Uri = endpoints.AmqpUrl, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.QueueDeleteAsync(endpoints.Queue, false, false, cancellationToken: cancellationToken);
        await channel.QueueDeleteAsync(endpoints.DeadLetterQueue, false, false, cancellationToken: cancellationToken);
    }
}
