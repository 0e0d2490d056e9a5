using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Votes.LoadTest.Chaos.Watching;
using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.LoadTest.Chaos.Watching;

public sealed class WorkingServicesTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly LocalFolder _folder = LocalFolder.ForTests("working");
    private readonly WorkingServices _working = new(TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _working.Dispose();
        _folder.Delete();
    }

    [Fact]
    public async Task An_Ingest_that_settles_nothing_is_named_while_another_one_does_its_work()
    {
        await using var busy = await PageAsync("batch_size_processed_total {0}", step: 1);
        await using var idle = await PageAsync("batch_size_processed_total 7", step: 0);

        var named = await _working.WaitForAllAsync(
            [Service(ServiceKind.Ingest, 1, busy), Service(ServiceKind.Ingest, 2, idle)], Limit, Stop);

        Assert.Equal(["ingest-2"], named);
    }

    [Fact]
    public async Task A_silo_works_when_it_counts_and_not_when_it_files_duplicates()
    {
        await using var counting = await PageAsync("votes_settled_total{{outcome=\"counted\"}} {0}", step: 1);
        await using var filing = await PageAsync("votes_settled_total{{outcome=\"duplicate\"}} {0}", step: 1);

        var named = await _working.WaitForAllAsync(
            [Service(ServiceKind.Silo, 1, counting), Service(ServiceKind.Silo, 2, filing)], Limit, Stop);

        Assert.Equal(["silo-2"], named);
    }

    [Fact]
    public async Task One_that_does_not_answer_does_not_work()
    {
        var gone = await PageAsync("batch_size_processed_total {0}", step: 1);
        var service = Service(ServiceKind.Ingest, 1, gone);
        await gone.DisposeAsync();

        Assert.Equal(["ingest-1"], await _working.WaitForAllAsync([service], Limit, Stop));
    }

    private static async Task<WebApplication> PageAsync(string line, int step)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var page = builder.Build();
        var figure = 0;
        page.MapGet(
            "/metrics",
            () => Results.Text(string.Format(CultureInfo.InvariantCulture, line, Interlocked.Add(ref figure, step))));
        await page.StartAsync(Stop);
        return page;
    }

    private ServiceProcess Service(ServiceKind kind, int number, WebApplication page) => new(
        _folder, new ServiceAddress(kind, number, new Uri(page.Urls.Single()).Port, 0, 0), "unused.dll",
        new Dictionary<string, string?>());
}
