using System.Diagnostics;

namespace Votes.Grains.Flush;

/// <summary>
/// The spans of flushes. A flush writes the votes of many calls: it goes on the trace of the first one that is recorded, and
/// links to all. Where nobody listens to traces, a call and a flush cost one test each.
/// </summary>
public static class FlushTrace
{
    /// <summary>The name that listeners know the spans' source by.</summary>
    public const string SourceName = "Votes.Grains";

    /// <summary>How many calls a flush links to.</summary>
    public const int MostLinks = 32;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The call that is being served, where it is traced.</summary>
    public static Activity? Call =>
        Source.HasListeners() && Activity.Current is { Recorded: true } current ? current : null;

    /// <summary>Makes an attempt to write, inside of a span where somebody listens.</summary>
    internal static Task WriteAsync(List<PendingBatch> batches, Func<List<PendingBatch>, Task> write) =>
        Source.HasListeners() ? WriteTracedAsync(batches, write) : write(batches);

    private static async Task WriteTracedAsync(List<PendingBatch> batches, Func<List<PendingBatch>, Task> write)
    {
        var links = batches.Where(static batch => batch.Call is not null).Take(MostLinks)
            .Select(static batch => new ActivityLink(batch.Call!.Context)).ToList();
        using var span = Source.StartActivity(
            "flush", ActivityKind.Internal, links.Count > 0 ? links[0].Context : default, links: links);
        span?.SetTag("votes.calls", batches.Count);
        span?.SetTag("votes.count", batches.Sum(static batch => batch.Votes.Length));
        try
        {
            await write(batches);
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            throw;
        }
    }
}
