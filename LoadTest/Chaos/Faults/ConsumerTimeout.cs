using System.Globalization;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// The broker closes channels whose deliveries stay unacked for too long. Its limit, half an hour by default, is set to a
/// few seconds, connections are closed so that new channels take it over, and a lock on the totals holds the acks up.
/// </summary>
internal sealed class ConsumerTimeout(DrillCluster drill) : Fault
{
    private const int LimitMilliseconds = 5_000;
    private const int TickMilliseconds = 1_000;
    private const string Reason = "chaos drill changes the consumer timeout";

    private readonly TotalsLock _lock = new(drill);
    private LogMark? _log;
    private string _limitBefore = "";
    private string _tickBefore = "";
    private int _closed;

    public override string? Evidence => $"the broker closed {_closed} channels for deliveries that stayed unacked";

    public override bool Bit => _closed > 0;

    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"RabbitMQ closes channels with deliveries unacked for {LimitMilliseconds / 1000} s, and totals are locked");

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _log = new LogMark(drill.Cluster.RabbitMq.LogFile);
        _limitBefore = await SetAsync("consumer_timeout", Text(LimitMilliseconds), cancellationToken);
        _tickBefore = await SetAsync("channel_tick_interval", Text(TickMilliseconds), cancellationToken);
        await CloseConnectionsAsync(cancellationToken);
        await _lock.TakeAsync(cancellationToken);
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        _closed = await _log!.CountAsync("timed out waiting", cancellationToken);
        await _lock.ReleaseAsync();
        await SetAsync("consumer_timeout", _limitBefore, cancellationToken);
        await SetAsync("channel_tick_interval", _tickBefore, cancellationToken);
        await CloseConnectionsAsync(cancellationToken);
    }

    private async Task CloseConnectionsAsync(CancellationToken cancellationToken) =>
        await drill.Cluster.RabbitMq.ControlAsync(["close_all_connections", "--global", Reason], cancellationToken);

    // Returns the value that it had, as an Erlang term.
    private async Task<string> SetAsync(string key, string value, CancellationToken cancellationToken)
    {
        var before = await drill.Cluster.RabbitMq.ControlAsync(
            ["eval", $"{{ok, Before}} = application:get_env(rabbit, {key}), " +
                $"ok = application:set_env(rabbit, {key}, {value}), Before."],
            cancellationToken);
        return before.Trim();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
