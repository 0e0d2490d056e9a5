namespace Votes.LoadTest.Chaos;

/// <summary>Whoever watches a drill: the console, live or line by line, or a test's log.</summary>
public interface IDrillAudience
{
    /// <summary>Something happened.</summary>
    /// <param name="at">The drill's clock.</param>
    /// <param name="what">A line of text.</param>
    void Tell(TimeSpan at, string what);

    /// <summary>Called about twice a second.</summary>
    void Show(DrillStatus status);
}
