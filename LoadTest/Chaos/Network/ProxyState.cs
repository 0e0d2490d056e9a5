namespace Votes.LoadTest.Chaos.Network;

/// <summary>What a proxy shares with its connections: the mode it is in, its dice, its counts. Safe for all threads.</summary>
internal sealed class ProxyState(int seed, TimeProvider time)
{
    private readonly Lock _gate = new();
#pragma warning disable CA5394 // Faults have to be drawn again from the same seed; nothing secret rests on them.
    private readonly Random _random = new(seed);
#pragma warning restore CA5394
    private volatile Setting _setting = new(ProxyMode.Pass);

    /// <summary>The mode that the proxy is in.</summary>
    public ProxyMode Mode => _setting.Mode;

    /// <summary>What was done so far.</summary>
    public ProxyCounts Counts { get; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Goes over to another mode.</summary>
    public void Set(ProxyMode mode)
    {
        var before = Interlocked.Exchange(ref _setting, new Setting(mode));
        before.Replaced.SetResult();
    }

    /// <summary>Completes when the proxy goes over to another mode than this one.</summary>
    public Task LeavesAsync(ProxyMode mode)
    {
        var setting = _setting;
        return ReferenceEquals(setting.Mode, mode) ? setting.Replaced.Task : Task.CompletedTask;
    }

    /// <summary>A number from 0 up to, and without, the limit.</summary>
    public int Draw(int limit)
    {
        lock (_gate)
        {
#pragma warning disable CA5394 // As above.
            return _random.Next(limit);
#pragma warning restore CA5394
        }
    }

    /// <summary>A time between the two.</summary>
    public TimeSpan Draw(TimeSpan least, TimeSpan most) =>
        least + TimeSpan.FromMilliseconds(Draw((int)(most - least).TotalMilliseconds + 1));

    private sealed record Setting(ProxyMode Mode)
    {
        public TaskCompletionSource Replaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
