namespace Votes.LoadTest.Planning;

/// <summary>Draws laws by Zipf's rule: the k-th law's weight is 1/k^skew. Skew 0 draws evenly.</summary>
internal sealed class LawDraw
{
    private readonly int _laws;
    private readonly double[]? _cumulative;

    public LawDraw(int laws, double skew)
    {
        _laws = laws;
        if (skew == 0)
            return;

        _cumulative = new double[laws];
        var sum = 0.0;
        for (var law = 0; law < laws; law++)
            _cumulative[law] = sum += Math.Pow(law + 1, -skew);
    }

    /// <summary>The law that these random bits select, by its place in the list.</summary>
    public int Law(ulong bits)
    {
        if (_cumulative is null)
            return (int)Draw.Below(_laws, bits);

        var place = Array.BinarySearch(_cumulative, Draw.Unit(bits) * _cumulative[^1]);
        // A hit on a boundary belongs to the next law; a miss gives the complement of the first law above.
        return Math.Min(place >= 0 ? place + 1 : ~place, _laws - 1);
    }
}
