using Orleans.Runtime;

namespace Votes.Tests.Silo.Hosting;

/// <summary>A membership table that fails when told to, and keeps which rows were written.</summary>
internal sealed class FailingMembershipTable : IMembershipTable
{
    public bool Fails { get; set; }

    public List<SiloAddress> Written { get; } = [];

    public Task InitializeMembershipTable(bool tryInitTableVersion) => AnswerAsync(true);

    public Task DeleteMembershipTableEntries(string clusterId) => AnswerAsync(true);

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => AnswerAsync(true);

    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadAll();

    public Task<MembershipTableData> ReadAll() => AnswerAsync(new MembershipTableData(new TableVersion(0, "0")));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => UpdateRow(entry, "", tableVersion);

    public async Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
    {
        await AnswerAsync(true);
        Written.Add(entry.SiloAddress);
        return true;
    }

    public Task UpdateIAmAlive(MembershipEntry entry) => AnswerAsync(true);

    private Task<T> AnswerAsync<T>(T answer) =>
        Fails ? Task.FromException<T>(new IOException("the table is away")) : Task.FromResult(answer);
}
