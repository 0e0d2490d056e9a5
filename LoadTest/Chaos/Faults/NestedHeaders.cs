using System.Globalization;
using System.Text;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// Somebody publishes messages whose headers the client library does not survive, to a broker that lets them through as its
/// defaults do: tables and arrays in each other until the frame is full, and fields that the library cannot read. They are
/// no votes, so they become dead letters; these are taken out of the queue when the fault is healed.
/// </summary>
internal sealed class NestedHeaders(DrillCluster drill) : Fault
{
    private const int DefaultFrameMax = 131_072;
    private const int MostLevels = 25_000;
    private const int MixedLevels = 5_000;
    private const string Mark = "chaos drill: hostile headers ";

    // A quorum queue of RabbitMQ 3.10 works on one message of 25,000 levels for up to 20 s; nobody can publish meanwhile.
    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly byte[] _mark = Encoding.ASCII.GetBytes(Mark + Guid.NewGuid().ToString("N"));
    private string _frameMaxBefore = "";
    private int _sent;
    private int _settled;

    public override string? Evidence => $"{_settled} of {_sent} messages with hostile headers became dead letters";

    public override bool Bit => _settled > 0;

    public override IReadOnlyList<string> Problems => _settled < _sent
        ? [$"{_sent - _settled} of {_sent} messages were no dead letters after {ArrivalLimit.TotalSeconds:0} s"]
        : [];

    public override string Describe() =>
        "messages whose headers nest 25,000 levels deep, or hold what the client cannot read";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _frameMaxBefore = await SetFrameMaxAsync(
            DefaultFrameMax.ToString(CultureInfo.InvariantCulture), cancellationToken);
        HostileHeaders[] headers =
        [
            HostileHeaders.Nested(MixedLevels, tableEach: 2),
            HostileHeaders.Of("n", [(byte)'L', 0, 0, 0, 0, 0, 0, 0, 7]),
            HostileHeaders.Of("d", [(byte)'D', byte.MaxValue, 0, 0, 0, 7]),
            HostileHeaders.Nested(MostLevels),
        ];
        await drill.Queues.PublishRawAsync(drill.Endpoints.Queue, headers, _mark, cancellationToken);

        // One lies among the dead letters from the start: whoever looks at them reads it.
        await drill.Queues.PublishRawAsync(drill.Endpoints.DeadLetterQueue, headers[..1], _mark, cancellationToken);
        _sent = headers.Length + 1;
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        for (var start = clock.GetTimestamp(); ;)
        {
            _settled += await drill.Queues.RemoveDeadLettersAsync(_mark, cancellationToken);
            if (_settled >= _sent || clock.GetElapsedTime(start) > ArrivalLimit)
                break;
            await Task.Delay(PollInterval, clock, cancellationToken);
        }

        await SetFrameMaxAsync(_frameMaxBefore, cancellationToken);
    }

    // For connections that are opened from now on. Returns the value that it had, as an Erlang term.
    private async Task<string> SetFrameMaxAsync(string value, CancellationToken cancellationToken)
    {
        var before = await drill.Cluster.RabbitMq.ControlAsync(
            ["eval", "{ok, Before} = application:get_env(rabbit, frame_max), " +
                $"ok = application:set_env(rabbit, frame_max, {value}), Before."],
            cancellationToken);
        return before.Trim();
    }
}
