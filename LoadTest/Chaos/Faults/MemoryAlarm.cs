namespace Votes.LoadTest.Chaos.Faults;

/// <summary>The broker's memory alarm goes off: it reads no more from connections that publish.</summary>
internal sealed class MemoryAlarm(DrillCluster drill) : Fault
{
    private string _before = "";
    private int _blocked;

    public override string? Evidence => $"the broker blocked {_blocked} connections";

    public override bool Bit => _blocked > 0;

    public override string Describe() => "RabbitMQ's memory alarm: publishers are blocked";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _before = await EvalAsync("vm_memory_monitor:get_vm_memory_high_watermark().", cancellationToken);
        await EvalAsync("vm_memory_monitor:set_vm_memory_high_watermark(0.0).", cancellationToken);
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        var states = await drill.Cluster.RabbitMq.ControlAsync(
            ["list_connections", "--no-table-headers", "state"], cancellationToken);
        _blocked = states.Split('\n').Count(state => state.Trim() is "blocked" or "blocking");
        await EvalAsync($"vm_memory_monitor:set_vm_memory_high_watermark({_before}).", cancellationToken);
    }

    private async Task<string> EvalAsync(string term, CancellationToken cancellationToken) =>
        (await drill.Cluster.RabbitMq.ControlAsync(["eval", term], cancellationToken)).Trim();
}
