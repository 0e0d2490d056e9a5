using Orleans.Runtime;

namespace Votes.Silo.Hosting;

/// <summary>
/// The membership table, with another look at a suspected silo before a suspicion counts that waited while the table was
/// away. Orleans keeps what it could not write and writes it as new when the table answers again, a minute later or more
/// (MembershipTableManager.ProcessSuspectOrKillLists): a silo that had stood still for a while during an outage of the
/// database was declared dead long after it had come back.
/// </summary>
/// <param name="table">The table itself.</param>
/// <param name="self">This silo.</param>
/// <param name="answers">Asks a silo whether it is there; false, or a failure, where it is not.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of suspicions that did not count.</param>
public sealed partial class CheckedSuspicions(
    IMembershipTable table,
    SiloAddress self,
    Func<SiloAddress, Task<bool>> answers,
    TimeProvider time,
    ILogger<CheckedSuspicions> logger) : IMembershipTable
{
    /// <summary>How long after the table's last failure suspicions are looked at again: longer than they can wait.</summary>
    public static readonly TimeSpan Doubt = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private long? _failedAt;

    /// <inheritdoc/>
    public Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken = default) =>
        table.InitializeMembershipTableAsync(tryInitTableVersion, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken = default) =>
        table.DeleteMembershipTableEntriesAsync(clusterId, cancellationToken);

    /// <inheritdoc/>
    public Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken = default) =>
        table.CleanupDefunctSiloEntriesAsync(beforeDate, cancellationToken);

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken = default) =>
        WatchAsync(() => table.ReadRowAsync(key, cancellationToken));

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(() => table.ReadAllAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<bool> InsertRowAsync(
        MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken = default) =>
        table.InsertRowAsync(entry, tableVersion, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> UpdateRowAsync(
        MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);

        // Another silo's row is only ever written to suspect it. An earlier process at this silo's own address is gone.
        if (!entry.SiloAddress.Endpoint.Equals(self.Endpoint) && WasAway() && await AnswersAsync(entry.SiloAddress))
        {
            // As if another silo had written first: the suspicion is let go of, and raised again where it has a reason.
            LogPassedOver(entry.SiloAddress);
            return false;
        }

        return await WatchAsync(() => table.UpdateRowAsync(entry, etag, tableVersion, cancellationToken));
    }

    /// <inheritdoc/>
    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken = default) => WatchAsync(async () =>
    {
        await table.UpdateIAmAliveAsync(entry, cancellationToken);
        return true;
    });

    // The same without a token: obsolete, and still part of the interface.
    Task IMembershipTable.InitializeMembershipTable(bool tryInitTableVersion) =>
        InitializeMembershipTableAsync(tryInitTableVersion, CancellationToken.None);

    Task IMembershipTable.DeleteMembershipTableEntries(string clusterId) =>
        DeleteMembershipTableEntriesAsync(clusterId, CancellationToken.None);

    Task IMembershipTable.CleanupDefunctSiloEntries(DateTimeOffset beforeDate) =>
        CleanupDefunctSiloEntriesAsync(beforeDate, CancellationToken.None);

    Task<MembershipTableData> IMembershipTable.ReadRow(SiloAddress key) => ReadRowAsync(key, CancellationToken.None);

    Task<MembershipTableData> IMembershipTable.ReadAll() => ReadAllAsync(CancellationToken.None);

    Task<bool> IMembershipTable.InsertRow(MembershipEntry entry, TableVersion tableVersion) =>
        InsertRowAsync(entry, tableVersion, CancellationToken.None);

    Task<bool> IMembershipTable.UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        UpdateRowAsync(entry, etag, tableVersion, CancellationToken.None);

    Task IMembershipTable.UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, CancellationToken.None);

    private async Task<T> WatchAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch
        {
            lock (_gate)
            {
                _failedAt = time.GetTimestamp();
            }

            throw;
        }
    }

    private bool WasAway()
    {
        lock (_gate)
        {
            return _failedAt is { } at && time.GetElapsedTime(at) < Doubt;
        }
    }

    private async Task<bool> AnswersAsync(SiloAddress silo)
    {
        try
        {
            return await answers(silo);
        }
#pragma warning disable CA1031 // However it does not answer, the suspicion stands.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Silo} is not suspected: it did not answer while the database was away, and answers now")]
    private partial void LogPassedOver(SiloAddress silo);
}
