using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Votes.Grains.Counting;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;

namespace Votes.Grains.Store;

/// <summary>The tally store's reads: a pool of connections of their own. Every call ends in time.</summary>
internal sealed class LawReads : IAsyncDisposable
{
    private const int LawsPerRead = 1_000;

    private readonly NpgsqlDataSource _source;
    private readonly TimeSpan _limit;

    /// <summary>Creates the pool; connections are opened when they are first used.</summary>
    /// <param name="connectionString">Connection string of the application role.</param>
    /// <param name="statementTimeout">How long a read may take.</param>
    /// <param name="answerMargin">What that limit is given before a call counts as unanswered.</param>
    public LawReads(string connectionString, TimeSpan statementTimeout, TimeSpan answerMargin)
    {
        var settings = PostgresSource.Bounded(connectionString, "votes-reads", statementTimeout);
        settings.NoResetOnClose = true;
        _source = PostgresTallyStore.Build(settings);
        _limit = statementTimeout + answerMargin;
    }

    /// <inheritdoc cref="ITallyStore.LoadAsync"/>
    public async Task<IReadOnlyDictionary<string, LawSnapshot>> LoadAsync(
        IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        var laws = new Dictionary<string, LawSnapshot>(lawIds.Count, StringComparer.Ordinal);
        await ReadAsync(TallySql.Load, TextArray(lawIds), Add, cancellationToken);
        return laws;

        void Add(NpgsqlDataReader reader)
        {
            var lawId = reader.GetString(0);
            if (!laws.TryGetValue(lawId, out var entry))
            {
                entry = new LawSnapshot(ReadLaw(reader), new List<ChoiceTotal>());
                laws.Add(lawId, entry);
            }

            if (!reader.IsDBNull(5))
            {
                ((List<ChoiceTotal>)entry.Totals).Add(
                    new ChoiceTotal(reader.GetString(5), reader.GetInt64(6), reader.GetInt64(7)));
                var changedAt = reader.GetFieldValue<DateTimeOffset>(8);
                if (!(entry.ChangedAt >= changedAt))
                {
                    laws[lawId] = entry with { ChangedAt = changedAt };
                }
            }
        }
    }

    /// <inheritdoc cref="ITallyStore.LoadChangedLawsAsync"/>
    public async Task<ChangedLaws> LoadChangedLawsAsync(
        LawsAsOf? since, Func<IReadOnlyCollection<string>> known, CancellationToken cancellationToken)
    {
        var laws = new List<Law>();
        var asOf = default(LawsAsOf);
        var horizon = (since?.Horizon ?? ulong.MaxValue).ToString(CultureInfo.InvariantCulture);
        await ReadAsync(TallySql.ChangedLaws, new NpgsqlParameter<string> { TypedValue = horizon }, Add, cancellationToken);
        if (asOf.Continues(since))
        {
            return new ChangedLaws(laws, asOf);
        }

        // After the look at the transactions: what changes from now on is found by the next read.
        laws.Clear();
        foreach (var chunk in known().Chunk(LawsPerRead))
        {
            var chunkOfLaws = await LoadAsync(chunk, cancellationToken);
            laws.AddRange(chunkOfLaws.Values.Select(static snapshot => snapshot.Law)
                .Where(static law => law.Status != LawStatus.Unknown));
        }

        return new ChangedLaws(laws, asOf);

        void Add(NpgsqlDataReader reader)
        {
            asOf = new LawsAsOf(
                ulong.Parse(reader.GetString(5), CultureInfo.InvariantCulture), reader.GetFieldValue<DateTimeOffset>(6));
            if (!reader.IsDBNull(0))
            {
                laws.Add(ReadLaw(reader));
            }
        }
    }

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task ReadAsync(
        string sql, NpgsqlParameter parameter, Action<NpgsqlDataReader> add, CancellationToken cancellationToken)
    {
        try
        {
            await BoundedCall.RunAsync(ReadAllAsync, _limit, cancellationToken);
        }
        catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
        {
            // Idle connections too: a server that was demoted or is going down would be met again by the next read.
            _source.Clear();
            throw new StoreUnavailableException(PostgresErrors.TypeOf(exception), exception);
        }

        async Task<bool> ReadAllAsync(CancellationToken token)
        {
            await using var command = _source.CreateCommand(sql);
            command.Parameters.Add(parameter);
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                add(reader);
            }

            return true;
        }
    }

    /// <summary>A row's law; one without a status is not there, or was deleted.</summary>
    private static Law ReadLaw(NpgsqlDataReader reader) => reader.IsDBNull(1) ? Law.Unregistered(reader.GetString(0)) : new(
        reader.GetString(0),
        reader.GetString(1) switch
        {
            "closed" => LawStatus.Closed,
            "closing" => LawStatus.Closing,
            _ => LawStatus.Open,
        },
        reader.IsDBNull(2) ? Law.DefaultChoices : reader.GetFieldValue<string[]>(2),
        reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3),
        reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4));

    private static NpgsqlParameter<string[]> TextArray(IReadOnlyCollection<string> values) =>
        new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
