using System.Globalization;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>How long something took, or has taken so far; reads as seconds.</summary>
internal sealed class Stopwatch
{
    private long _start;
    private TimeSpan? _took;

    /// <summary>The time.</summary>
    public TimeSpan Elapsed => _took ?? (_start == 0 ? TimeSpan.Zero : TimeProvider.System.GetElapsedTime(_start));

    /// <summary>Begins.</summary>
    public void Start() => (_start, _took) = (TimeProvider.System.GetTimestamp(), null);

    /// <summary>Ends.</summary>
    public void Stop() => _took = Elapsed;

    /// <summary>Such as 12.3 s.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds:0.0} s");
}
