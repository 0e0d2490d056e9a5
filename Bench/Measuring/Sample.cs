namespace Votes.Bench.Measuring;

/// <summary>What was used up to one moment; only differences of two samples mean something.</summary>
/// <param name="At">When.</param>
/// <param name="Broker">CPU seconds of the broker.</param>
/// <param name="Database">CPU seconds of the database.</param>
/// <param name="Own">CPU seconds of the contestant's processes.</param>
/// <param name="Bench">CPU seconds of the bench itself.</param>
/// <param name="Machine">CPU seconds of the whole machine.</param>
/// <param name="Transactions">Transactions that the database committed, those of the bench left out.</param>
public readonly record struct Sample(
    DateTimeOffset At, double Broker, double Database, double Own, double Bench, double Machine, double Transactions)
{
    /// <summary>What was used from an earlier moment to this one; <see cref="At"/> is this one's.</summary>
    public Sample Since(in Sample earlier) => new(
        At, Broker - earlier.Broker, Database - earlier.Database, Own - earlier.Own, Bench - earlier.Bench,
        Machine - earlier.Machine, Transactions - earlier.Transactions);

    /// <summary>The sample between two, as if all were used evenly from one to the other.</summary>
    public static Sample Between(in Sample before, in Sample after, DateTimeOffset at)
    {
        var span = (after.At - before.At).TotalSeconds;
        var part = span > 0 ? Math.Clamp((at - before.At).TotalSeconds / span, 0, 1) : 0;
        return new Sample(
            at, Mix(before.Broker, after.Broker), Mix(before.Database, after.Database), Mix(before.Own, after.Own),
            Mix(before.Bench, after.Bench), Mix(before.Machine, after.Machine),
            Mix(before.Transactions, after.Transactions));

        double Mix(double from, double to) => from + ((to - from) * part);
    }
}
