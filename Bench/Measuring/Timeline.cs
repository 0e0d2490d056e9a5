namespace Votes.Bench.Measuring;

/// <summary>Samples in the order of time. Use between two of them is interpolated. Pure.</summary>
public sealed class Timeline
{
    private readonly IReadOnlyList<Sample> _samples;

    /// <summary>A timeline of samples, one at least, the oldest first.</summary>
    public Timeline(IReadOnlyList<Sample> samples)
    {
        ArgumentOutOfRangeException.ThrowIfZero(samples.Count);
        _samples = samples;
    }

    /// <summary>What was used from one moment to another.</summary>
    public Sample Used(DateTimeOffset from, DateTimeOffset to) => At(to).Since(At(from));

    private Sample At(DateTimeOffset moment)
    {
        var after = 0;
        while (after < _samples.Count && _samples[after].At < moment)
            after++;
        // Before the first sample and after the last one nothing is known: theirs are the nearest.
        if (after == 0)
            return _samples[0] with { At = moment };
        return after == _samples.Count
            ? _samples[^1] with { At = moment }
            : Sample.Between(_samples[after - 1], _samples[after], moment);
    }
}
