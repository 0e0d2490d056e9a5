using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;

namespace Votes.Ingest.Laws;

/// <summary>
/// The spans of calls to grains. A call carries the votes of many messages: it goes on the trace of the first message that
/// was published with a sampled <c>traceparent</c> (W3C Trace Context), and links to all such. Where nobody listens to
/// traces, no header is looked at, and a call costs one test.
/// </summary>
internal static class CallTrace
{
    /// <summary>The name that listeners know the spans' source by.</summary>
    public const string SourceName = "Votes.Ingest";

    /// <summary>How many messages a call links to.</summary>
    public const int MostLinks = 32;

    private const int TraceparentCharacters = 55;
    private const int MostTracestateCharacters = 512;
    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of a call, which ends when it is disposed of; null where it is not traced.</summary>
    public static Activity? Start(VoteCall call) => Source.HasListeners() ? StartTraced(call) : null;

    private static Activity? StartTraced(VoteCall call)
    {
        var links = new List<ActivityLink>();
        for (var i = 0; i < call.Count && links.Count < MostLinks; i++)
        {
            if (call.Properties(i).Headers is { Count: > 0 } headers && TryRead(headers, out var context))
            {
                links.Add(new ActivityLink(context));
            }
        }

        var span = Source.StartActivity(
            "vote batch", ActivityKind.Consumer, links.Count > 0 ? links[0].Context : default, links: links);
        span?.SetTag("messaging.system", "rabbitmq");
        span?.SetTag("messaging.batch.message_count", call.Count);
        span?.SetTag("votes.law_id", call.Outbox.LawId);
        return span;
    }

    private static bool TryRead(IDictionary<string, object?> headers, out ActivityContext context)
    {
        context = default;
        return Text(headers, "traceparent", TraceparentCharacters) is { } traceparent
            && ActivityContext.TryParse(
                traceparent, Text(headers, "tracestate", MostTracestateCharacters), isRemote: true, out context)
            && context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
    }

    private static string? Text(IDictionary<string, object?> headers, string name, int mostCharacters) =>
        !headers.TryGetValue(name, out var value) ? null : value switch
        {
            byte[] bytes when bytes.Length <= mostCharacters => Encoding.ASCII.GetString(bytes),
            string text when text.Length <= mostCharacters => text,
            _ => null,
        };
}
