using System.Globalization;
using Votes.LoadTest.Chaos.Network;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>Something is wrong with the network between two parts of the cluster: their proxies are in a mode.</summary>
/// <param name="what">What is wrong, for people.</param>
/// <param name="effect">What the proxies do.</param>
/// <param name="links">The proxies in between, and the mode of each.</param>
/// <param name="settling">Where a silo may be declared dead for it: the silo, and how to settle that.</param>
internal sealed class LinkFault(
    string what, ProxyMode effect, IReadOnlyList<(FaultProxy Proxy, ProxyMode Mode)> links,
    (ServiceProcess Silo, SiloMembership Membership)? settling = null) : Fault
{
    /// <summary>A link in use carries something at least this often.</summary>
    public static readonly TimeSpan InUse = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan UseLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private long _before;
    private long _after;
    private bool _restarted;
    private string? _problem;

    public override IReadOnlyList<ServiceProcess> MayEnd => settling is { } may ? [may.Silo] : [];

    public override string? Evidence => Done(_after - _before) +
        (_restarted ? $"; {MayEnd[0].Name} was declared dead, ended, and was started again" : "");

    public override bool Bit => _after > _before;

    public override IReadOnlyList<string> Problems => _problem is null ? [] : [_problem];

    public override string Describe() => what;

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        // A process that was started a moment ago is not found by all others yet; where none comes, the fault misses.
        await Poll.UntilAsync(
            _ => Task.FromResult(links.Any(link => link.Proxy.Counts.CarriedWithin(InUse))), UseLimit, PollInterval,
            cancellationToken);
        _before = Figure();
        foreach (var (proxy, mode) in links)
            await proxy.SetAsync(mode, cancellationToken);
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        foreach (var (proxy, _) in links)
            await proxy.SetAsync(ProxyMode.Pass, cancellationToken);
        _after = Figure();
        if (settling is { } may)
            (_restarted, _problem) = await may.Membership.SettleAsync(may.Silo, cancellationToken);
    }

    private long Figure() => links.Sum(link => effect.Effect switch
    {
        ProxyEffect.Late => link.Proxy.Counts.BytesLate,
        ProxyEffect.Silent => link.Proxy.Counts.BytesSilenced,
        ProxyEffect.CommitCut => link.Proxy.Counts.CommitsCut,
        _ => link.Proxy.Counts.Resets,
    });

    private string Done(long figure)
    {
        var number = figure.ToString("#,0", CultureInfo.InvariantCulture);
        return effect.Effect switch
        {
            ProxyEffect.Late => $"{number} bytes arrived late",
            ProxyEffect.Silent when effect.LosesBytes => $"{number} bytes vanished",
            ProxyEffect.Silent => $"{number} bytes were held back",
            ProxyEffect.CommitCut => $"{number} commits had their answer cut off",
            _ => $"{number} connections were reset",
        };
    }
}
