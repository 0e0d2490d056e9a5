using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Votes.Grains.Interfaces;
using Votes.LoadTest.Chaos.Invariants;

namespace Votes.LoadTest.Chaos.Watching;

/// <summary>
/// Asks grains for tallies, as a program that shows live totals does, and checks that no answer is older than one before.
/// An Orleans client of its own, which finds the gateways in the database and reaches them as Ingests do.
/// </summary>
internal sealed class TallyWatch(
    Endpoints endpoints, IReadOnlyList<string> laws, InvariantBook book, TimeProvider time)
{
    private const int Askers = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Law, string Choice), long> _told = [];
    private long _answers;
    private long _failures;

    /// <summary>Answers received.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>Calls that failed, as calls do while something is broken.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>The highest durable total that any answer has told, by law and choice.</summary>
    public IReadOnlyDictionary<(string Law, string Choice), long> Told
    {
        get
        {
            lock (_lock)
                return _told.ToDictionary();
        }
    }

    /// <summary>Asks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var host = BuildClient();
        try
        {
            await host.StartAsync(cancellationToken);
            var client = host.Services.GetRequiredService<IClusterClient>();
            await Task.WhenAll(Enumerable.Range(0, Askers).Select(asker => AskAsync(
                client, [.. laws.Where((_, place) => place % Askers == asker)], cancellationToken)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The drill is over.
        }

        // The token has ended the watch; the client still has to leave.
        await host.StopAsync(CancellationToken.None);
    }

    private IHost BuildClient()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var database = PostgresAddress.Parse(endpoints.PostgresUrl);
        database.ApplicationName = "votes-chaos-client";
        database.Timeout = 3;
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(database.ConnectionString));
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("votes", "votes"))
            .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout)
            .Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(3))
            .UseAdoNetClustering(clustering => clustering.Configure<NpgsqlDataSource>((options, source) =>
            {
                options.Invariant = "Npgsql";
                options.DataSource = source;
            }))
            .UseConnectionRetryFilter(async (_, token) =>
            {
                await Task.Delay(Pause, time, token);
                return true;
            }));
        return builder.Build();
    }

    private async Task AskAsync(IClusterClient client, List<string> asked, CancellationToken cancellationToken)
    {
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var turn = 0; asked.Count > 0; turn++)
        {
            var law = asked[turn % asked.Count];
            try
            {
                var tally = await client.GetGrain<ILawTallyGrain>(law).GetTallyAsync(cancellationToken);
                Interlocked.Increment(ref _answers);
                Check(tally, versions);
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException or NpgsqlException
                or VotesNotDurableException or OperationCanceledException or InvalidOperationException
                && !cancellationToken.IsCancellationRequested)
            {
                // Grains are not to be had while something is broken; what they do answer must be right.
                Interlocked.Increment(ref _failures);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private void Check(LawTally tally, Dictionary<string, long> versions)
    {
        if (tally.Version < versions.GetValueOrDefault(tally.LawId))
        {
            book.Violated(Invariant.NothingGoesBack, string.Create(
                CultureInfo.InvariantCulture,
                $"{tally.LawId}: a grain answered version {tally.Version} after {versions[tally.LawId]}"));
        }

        versions[tally.LawId] = tally.Version;
        lock (_lock)
        {
            foreach (var choice in tally.Choices)
            {
                var key = (tally.LawId, choice.Choice);
                var before = _told.GetValueOrDefault(key);
                if (choice.Durable < before)
                {
                    book.Violated(Invariant.NothingGoesBack, string.Create(
                        CultureInfo.InvariantCulture,
                        $"{tally.LawId} {choice.Choice}: a grain answered {choice.Durable} votes after {before}"));
                }

                _told[key] = Math.Max(before, choice.Durable);
            }
        }

        book.Checked(Invariant.NothingGoesBack);
    }
}
