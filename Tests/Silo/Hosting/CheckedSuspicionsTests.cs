using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class CheckedSuspicionsTests
{
    private static readonly SiloAddress Self = Address(1, 1);
    private static readonly SiloAddress Other = Address(2, 1);

    private readonly FakeTimeProvider _time = new();
    private readonly FailingMembershipTable _table = new();
    private readonly List<SiloAddress> _asked = [];
    private readonly CheckedSuspicions _checked;
    private Func<bool> _answers = static () => true;

    public CheckedSuspicionsTests() => _checked = new CheckedSuspicions(
        _table,
        Self,
        silo =>
        {
            _asked.Add(silo);
            return Task.FromResult(_answers());
        },
        _time,
        NullLogger<CheckedSuspicions>.Instance);

    [Fact]
    public async Task Suspicion_counts_at_once_where_the_table_was_never_away()
    {
        Assert.True(await SuspectAsync(Other));

        Assert.Equal([Other], _table.Written);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Suspicion_after_an_outage_does_not_count_against_a_silo_that_answers()
    {
        await FailAsync();

        Assert.False(await SuspectAsync(Other));

        Assert.Empty(_table.Written);
        Assert.Equal([Other], _asked);
    }

    [Fact]
    public async Task Suspicion_after_an_outage_counts_against_a_silo_that_does_not_answer()
    {
        await FailAsync();
        _answers = static () => false;
        Assert.True(await SuspectAsync(Other));
        _answers = static () => throw new TimeoutException();
        Assert.True(await SuspectAsync(Other));

        Assert.Equal([Other, Other], _table.Written);
    }

    [Fact]
    public async Task Nobody_is_asked_when_no_suspicion_can_be_that_old()
    {
        await FailAsync();
        _time.Advance(CheckedSuspicions.Doubt);

        Assert.True(await SuspectAsync(Other));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_silo_writes_of_itself_and_of_who_was_at_its_address_before_as_ever()
    {
        await FailAsync();

        Assert.True(await SuspectAsync(Self));
        Assert.True(await SuspectAsync(Address(1, 0)));
        Assert.Empty(_asked);
    }

    private static SiloAddress Address(int port, int generation) =>
        SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), generation);

    private Task<bool> SuspectAsync(SiloAddress silo) =>
        _checked.UpdateRowAsync(
        new MembershipEntry { SiloAddress = silo }, "1", new TableVersion(1, "1"), TestContext.Current.CancellationToken);

    private async Task FailAsync()
    {
        _table.Fails = true;
        await Assert.ThrowsAsync<IOException>(() => _checked.ReadAllAsync(TestContext.Current.CancellationToken));
        _table.Fails = false;
    }
}
