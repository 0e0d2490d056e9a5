namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// The broker closes all of its connections in order, as an operator can make it do, again and again; the drill's own
/// publishers lose theirs too, and send again what was not confirmed.
/// </summary>
internal sealed class ClosedConnections(DrillCluster drill) : Fault
{
    private const string Reason = "chaos drill closes all connections";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private LogMark? _log;
    private Repetition? _repetition;
    private int _closed;

    public override string? Evidence => $"the broker closed {_closed} connections";

    public override bool Bit => _closed > 0;

    public override string Describe() => "RabbitMQ closes all connections, again and again";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _log = new LogMark(drill.Cluster.RabbitMq.LogFile);
        await CloseAsync(cancellationToken);
        _repetition = new Repetition(CloseAsync, drill.Stopping);
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        if (_repetition is not null)
            await _repetition.StopAsync();
        _closed = await _log!.CountAsync("Closing connection", Reason, cancellationToken);
    }

    private async Task<TimeSpan> CloseAsync(CancellationToken cancellationToken)
    {
        await drill.Cluster.RabbitMq.ControlAsync(["close_all_connections", "--global", Reason], cancellationToken);
        return Pause;
    }
}
