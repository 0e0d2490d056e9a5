namespace Votes.LoadTest.Chaos.Faults;

/// <summary>What a fault leaves to chance, the same at each run with the same seed. For one thread at a time.</summary>
internal sealed class Dice(int seed)
{
#pragma warning disable CA5394 // Faults have to be drawn again from the same seed; nothing secret rests on them.
    private readonly Random _random = new(seed);

    /// <summary>Heads or tails.</summary>
    public bool Coin() => _random.Next(2) == 0;

    /// <summary>A time between the two.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * _random.NextDouble());
#pragma warning restore CA5394
}
