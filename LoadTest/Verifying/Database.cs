using System.Net.Sockets;
using Npgsql;
using Votes.LoadTest.Planning;
using Votes.Security;

namespace Votes.LoadTest.Verifying;

/// <summary>What the load test reads from the database. It writes nothing.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly string _address;

    public Database(Endpoints endpoints, LoadSettings settings)
    {
        var connection = PostgresAddress.Parse(endpoints.PostgresUrl);
        connection.CommandTimeout = (int)settings.DatabaseTimeout.TotalSeconds;
        connection.ApplicationName = "votes-load-test";
        _address = $"{connection.Host}:{connection.Port}/{connection.Database}";
        _source = new NpgsqlSlimDataSourceBuilder(connection.ConnectionString).EnableArrays().EnableTransportSecurity().Build();
    }

    /// <summary>A connection for a snapshot.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        await ReachAsync(async () => await _source.OpenConnectionAsync(cancellationToken));

    /// <summary>The choices of those laws that name their own; refuses laws that would reject the votes.</summary>
    public Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ChoicesAsync(
        string[] lawIds, CancellationToken cancellationToken) => ReachAsync(async () =>
    {
        await using var command = _source.CreateCommand("""
            select law_id, choices,
                   status <> 'open' or coalesce(opens_at > now(), false) or coalesce(closes_at <= now(), false)
              from laws
             where law_id = any ($1)
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = lawIds });
        var choices = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (rows.GetBoolean(2))
                throw new LoadFailedException($"law {rows.GetString(0)} takes no votes now: closed, or not yet open");
            if (!await rows.IsDBNullAsync(1, cancellationToken))
                choices.Add(rows.GetString(0), await rows.GetFieldValueAsync<string[]>(1, cancellationToken));
        }

        return (IReadOnlyDictionary<string, IReadOnlyList<string>>)choices;
    });

    /// <summary>The laws that are open now and whose id starts with a prefix, by id.</summary>
    public Task<IReadOnlyList<string>> OpenLawsAsync(
        string prefix, int limit, CancellationToken cancellationToken) =>
        ReachAsync(async () =>
        {
            await using var command = _source.CreateCommand("""
                select law_id
                  from laws
                 where status = 'open' and coalesce(opens_at <= now(), true) and coalesce(closes_at > now(), true)
                   and starts_with(law_id, $2)
                 order by law_id
                 limit $1
                """);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = prefix });
            var laws = new List<string>();
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                laws.Add(rows.GetString(0));
            return (IReadOnlyList<string>)laws;
        });

    /// <summary>The sum of all totals: cheap to ask, and as exact as nobody else publishes.</summary>
    public Task<long> SumOfTotalsAsync(CancellationToken cancellationToken) =>
        NumberAsync("select coalesce(sum(total), 0)::bigint from vote_results", cancellationToken);

    /// <summary>Votes of a run that are counted. Reads all of the audit.</summary>
    public Task<long> CountedAsync(RunId run, CancellationToken cancellationToken) => NumberOfRunAsync(
        "select count(*) from vote_audit where vote_id between $1 and $2", run, cancellationToken);

    /// <summary>Votes of a run that are filed as duplicates.</summary>
    public Task<long> DuplicatesAsync(RunId run, CancellationToken cancellationToken) => NumberOfRunAsync(
        "select count(*) from duplicate_attempts where vote_id between $1 and $2", run, cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private Task<long> NumberOfRunAsync(string sql, RunId run, CancellationToken cancellationToken)
    {
        var (lowest, highest) = VoteIds.RangeOf(run);
        return NumberAsync(sql, cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = lowest }, new NpgsqlParameter<Guid> { TypedValue = highest });
    }

    private Task<long> NumberAsync(
        string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) => ReachAsync(async () =>
    {
        await using var command = _source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    });

    private async Task<T> ReachAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw new LoadFailedException(
                $"the database at {_address} has no vote tables ({exception.MessageText}); migrate it first",
                exception);
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            throw new LoadFailedException(
                $"the database at {_address} does not answer: {DatabaseErrors.Tell(exception)}", exception);
        }
    }
}
