using System.Globalization;
using Votes.LoadTest.Planning;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// Votes on laws that no silo has seen, one each and all at once, while other processes keep all cores busy. Each of them is
/// an activation that reads the database. Counting has to go on meanwhile, and all of them have to be counted.
/// </summary>
internal sealed class ColdLaws(DrillCluster drill, int seed) : Fault
{
    /// <summary>What these laws' ids begin with; watches on the flow of votes leave them out.</summary>
    public const string Prefix = "cold-law-";

    private const int Laws = 20_000;

    // Votes of these laws do not come once for each fault: votes of other laws do.
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestBusy = TimeSpan.FromMinutes(5);

    private readonly SuperuserSql _sql = new(drill.Superuser);
    private readonly BusyCores _cores = new();
    private readonly List<string> _problems = [];
    private readonly Stopwatch _busy = new();
    private readonly string _laws = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{(uint)seed}-");
    private Repetition? _watch;
    private long _all;
    private long _movedAt;
    private TimeSpan _standstill;
    private long _countedWhileBusy;

    /// <summary>Run ids of such votes: no drill publishes its own votes under them.</summary>
    public static RunId RunOf(int seed) => new(FirstRun + (uint)seed);

    private const long FirstRun = 0xc01d_0000_0000;

    /// <summary>The least and the most vote id of all such votes.</summary>
    public static (Guid Least, Guid Most) VoteIdsOfAll =>
        (VoteIds.RangeOf(new RunId(FirstRun)).Lowest, VoteIds.RangeOf(new RunId(FirstRun + uint.MaxValue)).Highest);

    public override string? Evidence => string.Create(
        CultureInfo.InvariantCulture,
        $"{Laws:#,0} laws; {_countedWhileBusy:#,0} of their votes counted in {_busy} of busy cores, at most {_standstill.TotalSeconds:0.0} s without any vote");

    public override IReadOnlyList<string> Problems => _problems;

    public override string Describe() =>
        string.Create(CultureInfo.InvariantCulture, $"votes on {Laws:#,0} laws never seen before, on busy cores");

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _cores.Start(LongestBusy);
        _busy.Start();
        _movedAt = TimeProvider.System.GetTimestamp();
        _watch = new Repetition(LookAsync, drill.Stopping);
        var plan = new LoadPlan
        {
            Votes = Laws,
            LawIds = [.. Enumerable.Range(0, Laws).Select(
                law => string.Create(CultureInfo.InvariantCulture, $"{_laws}{law:00000}"))],
            Duplicates = 0,
            Redeliveries = 0,
            Malformed = 0,
            Seed = seed,
            RunId = RunOf(seed),
        };
        await LoadRun.PublishAsync(
            plan, drill.Endpoints, new LoadSettings(), new Progress<LoadProgress>(), cancellationToken);
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        _countedWhileBusy = await CountedAsync(cancellationToken);
        await _cores.StopAsync();
        _busy.Stop();
        if (_watch is not null)
            await _watch.StopAsync();
        if (_standstill > LongestStandstill)
            _problems.Add(Sentence($"no vote at all was counted for {_standstill.TotalSeconds:0} s on busy cores"));
        await SettleAsync(cancellationToken);
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        for (var start = clock.GetTimestamp(); ;)
        {
            var counted = await CountedAsync(cancellationToken);
            if (counted == Laws)
                return;
            if (counted > Laws || clock.GetElapsedTime(start) > SettleLimit)
            {
                _problems.Add(Sentence(
                    $"{counted:#,0} votes of {Laws:#,0} on cold laws are counted {clock.GetElapsedTime(start).TotalSeconds:0} s after the cores were free"));
                return;
            }

            await Task.Delay(LookAgain, clock, cancellationToken);
        }
    }

    private async Task<TimeSpan> LookAsync(CancellationToken cancellationToken)
    {
        var all = await _sql.NumberAsync("select coalesce(sum(total), 0)::bigint from vote_results", cancellationToken);
        if (all != _all)
        {
            _movedAt = TimeProvider.System.GetTimestamp();
            _all = all;
        }

        var standstill = TimeProvider.System.GetElapsedTime(_movedAt);
        _standstill = standstill > _standstill ? standstill : _standstill;
        return LookAgain;
    }

    private Task<long> CountedAsync(CancellationToken cancellationToken) => _sql.NumberAsync(
        $"select coalesce(sum(total), 0)::bigint from vote_results where law_id like '{_laws}%'", cancellationToken);

    private static string Sentence(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
