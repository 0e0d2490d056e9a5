using System.Data;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Votes.LoadTest.Chaos.Faults;
using Votes.LoadTest.Chaos.Invariants;
using Votes.LoadTest.Planning;
using Votes.LoadTest.Publishing;

namespace Votes.LoadTest.Chaos.Watching;

/// <summary>
/// Takes REPEATABLE READ snapshots of the whole database while faults go on, and holds each against the invariants and
/// against the one before. Rests ten times as long as a snapshot took, so that it does not become the load itself.
/// </summary>
internal sealed class SnapshotWatch : IAsyncDisposable
{
    private const int RestFactor = 10;

    // counted_at is the start of a transaction: the row becomes visible up to a transaction's length later.
    private static readonly TimeSpan LongestTransaction = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _source;
    private readonly MessagePlan _plan;
    private readonly PublishControl _control;
    private readonly TallyWatch _tallies;
    private readonly InvariantBook _book;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, int> _laws;
    private Dictionary<(string Law, string Choice), TotalRow> _before = [];
    private DateTime _readUpTo = DateTime.UnixEpoch;

    public SnapshotWatch(
        Endpoints endpoints, MessagePlan plan, PublishControl control, TallyWatch tallies, InvariantBook book,
        TimeProvider time)
    {
        var connection = PostgresAddress.Parse(endpoints.PostgresUrl);
        connection.Timeout = 3;
        connection.CommandTimeout = 60;
        connection.MaxPoolSize = 2;
        connection.ApplicationName = "votes-chaos-snapshot";
        _source = new NpgsqlSlimDataSourceBuilder(connection.ConnectionString).EnableTransportSecurity().Build();
        (_plan, _control, _tallies, _book, _time) = (plan, control, tallies, book, time);
        _laws = plan.Laws.Select((id, law) => (id, law)).ToDictionary(x => x.id, x => x.law, StringComparer.Ordinal);
    }

    /// <summary>Snapshots taken.</summary>
    public long Snapshots { get; private set; }

    /// <summary>Takes snapshots until it is cancelled. A database that is away gives none.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var started = _time.GetTimestamp();
            try
            {
                await TakeAsync(cancellationToken);
            }
            catch (Exception exception) when (FlowWatch.IsAway(exception))
            {
                // The database is what is being broken; the next snapshot tells.
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            var rest = _time.GetElapsedTime(started) * RestFactor;
            await Task.Delay(rest > ShortestRest ? rest : ShortestRest, _time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes one snapshot.</summary>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        // What grains told before the snapshot began must be in it.
        var told = _tallies.Told;
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        var totals = await TotalsAsync(connection, cancellationToken);
        await CompareAuditAsync(connection, totals, cancellationToken);
        await CheckDuplicatesAsync(connection, cancellationToken);
        await CheckNewVotesAsync(connection, cancellationToken);
        await snapshot.RollbackAsync(cancellationToken);
        CompareBefore(totals, told);
        _before = totals;
        Snapshots++;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static async Task<Dictionary<(string Law, string Choice), TotalRow>> TotalsAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var totals = new Dictionary<(string Law, string Choice), TotalRow>();
        await using var command = connection.CreateCommand();
        command.CommandText = "select law_id, choice, total, version from vote_results";
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            totals.Add((rows.GetString(0), rows.GetString(1)), new(rows.GetInt64(2), rows.GetInt64(3)));
        return totals;
    }

    private async Task CompareAuditAsync(
        NpgsqlConnection connection, Dictionary<(string Law, string Choice), TotalRow> totals,
        CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "select law_id, choice, count(*) from vote_audit group by law_id, choice";
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var left = totals.Where(total => total.Value.Total != 0).Select(total => total.Key).ToHashSet();
        while (await rows.ReadAsync(cancellationToken))
        {
            var (law, choice, votes) = (rows.GetString(0), rows.GetString(1), rows.GetInt64(2));
            left.Remove((law, choice));
            var total = totals.GetValueOrDefault((law, choice)).Total;
            if (total != votes)
            {
                _book.Violated(Invariant.TotalsMatchAudit, string.Create(
                    CultureInfo.InvariantCulture, $"{law} {choice}: total {total}, {votes} audit rows"));
            }
        }

        foreach (var (law, choice) in left)
            _book.Violated(Invariant.TotalsMatchAudit, $"{law} {choice}: a total, and no audit row");
        _book.Checked(Invariant.TotalsMatchAudit, totals.Count);
    }

    private async Task CheckDuplicatesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select (select count(*) from duplicate_attempts),
                   (select count(*) from (select 1 from duplicate_attempts group by vote_id having count(*) > 1) as t),
                   (select count(*) from duplicate_attempts join vote_audit using (vote_id))
            """;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        _book.Checked(Invariant.OneFilingPerDuplicate, rows.GetInt64(0));
        if (rows.GetInt64(1) is > 0 and var twice)
            _book.Violated(Invariant.OneFilingPerDuplicate, $"{twice} vote_ids are filed more than once", twice);
        if (rows.GetInt64(2) is > 0 and var counted)
            _book.Violated(Invariant.OneFilingPerDuplicate, $"{counted} votes are counted and filed", counted);
    }

    private async Task CheckNewVotesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        // Votes of the fault `cold-laws` are not the plan's: the fault itself looks for each of them.
        command.CommandText = """
            select law_id, vote_id, choice, counted_at from vote_audit
             where counted_at > $1 and vote_id not between $2 and $3
            """;
        command.Parameters.Add(new NpgsqlParameter<DateTime>
        {
            TypedValue = _readUpTo,
            NpgsqlDbType = NpgsqlDbType.TimestampTz,
        });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ColdLaws.VoteIdsOfAll.Least });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ColdLaws.VoteIdsOfAll.Most });
        var newest = DateTime.UnixEpoch;
        long votes = 0;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            votes++;
            Judge(rows.GetString(0), rows.GetGuid(1), rows.GetString(2));
            var at = rows.GetDateTime(3);
            newest = at > newest ? at : newest;
        }

        _book.Checked(Invariant.OnlySentVotes, votes);
        if (newest - LongestTransaction > _readUpTo)
            _readUpTo = newest - LongestTransaction;
    }

    private void Judge(string lawId, Guid voteId, string choice)
    {
        if (!VoteIds.TryRead(voteId, _plan.RunId, out var index) || !_control.WasSent(index) ||
            _plan.At(index) is not { Kind: MessageKind.First or MessageKind.Duplicate } message)
        {
            _book.Violated(Invariant.OnlySentVotes, $"vote {voteId} on {lawId} is counted and was not sent");
        }
        else if (!_laws.TryGetValue(lawId, out var law) || law != message.Law ||
            choice != _plan.ChoicesOf(law)[message.Choice])
        {
            _book.Violated(Invariant.OnlySentVotes, $"vote {voteId} is counted as {choice} on {lawId}, not as sent");
        }
    }

    private void CompareBefore(
        Dictionary<(string Law, string Choice), TotalRow> totals,
        IReadOnlyDictionary<(string Law, string Choice), long> told)
    {
        foreach (var (key, before) in _before)
        {
            var now = totals.GetValueOrDefault(key);
            if (now.Total < before.Total || now.Version < before.Version)
            {
                _book.Violated(Invariant.NothingGoesBack, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{key.Law} {key.Choice}: total {before.Total} became {now.Total}, version {before.Version} became {now.Version}"));
            }
        }

        foreach (var (key, durable) in told)
        {
            if (totals.GetValueOrDefault(key).Total < durable)
            {
                _book.Violated(Invariant.NothingGoesBack, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{key.Law} {key.Choice}: a grain told {durable} durable votes, the database has {totals.GetValueOrDefault(key).Total}"));
            }
        }

        _book.Checked(Invariant.NothingGoesBack, _before.Count + told.Count);
    }
}
