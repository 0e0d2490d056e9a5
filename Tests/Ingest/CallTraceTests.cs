using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;
using Votes.Ingest.Lanes;
using Votes.Telemetry.Tracing;
using Votes.Tests.Telemetry;
using Xunit;

namespace Votes.Tests.Ingest;

[Collection(TracesCollection.Name)]
public sealed class CallTraceTests : VoteDispatcherScene
{
    private static readonly ActivityContext First = NewContext();
    private static readonly ActivityContext Second = NewContext();

    [Fact]
    public void Call_goes_on_the_trace_of_its_first_sampled_vote_and_links_to_all_of_them()
    {
        using var spans = new HeardSpans(TracingSetup.IngestSource);
        Activity? atTheCall = null;
        Replace(new(), new FakeGrains
        {
            Answer = call =>
            {
                atTheCall = Activity.Current;
                return Task.FromResult(call.AllCounted);
            },
        });
        DispatchWith(
            null,
            Traceparent(First, "00"),
            Traceparent(First, "01"),
            Encoding.ASCII.GetBytes(Traceparent(Second, "01")));

        var span = Assert.Single(spans.Ended);
        Assert.Equal(("vote batch", ActivityKind.Consumer), (span.OperationName, span.Kind));
        Assert.Equal((First.TraceId, First.SpanId), (span.TraceId, span.ParentSpanId));
        Assert.Equal([First.SpanId, Second.SpanId], span.Links.Select(link => link.Context.SpanId));
        Assert.Equal(4, span.GetTagItem("messaging.batch.message_count"));
        Assert.Equal("law", span.GetTagItem("votes.law_id"));
        Assert.Same(span, atTheCall);
        Assert.Null(Activity.Current);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-and-much-more-than-there-may-be")]
    [InlineData("zz-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x")]
    [InlineData(17)]
    public void Header_that_is_none_is_left_alone(object header)
    {
        using var spans = new HeardSpans(TracingSetup.IngestSource);
        DispatchWith(header);
        Grains.Calls[0].Count();

        var span = Assert.Single(spans.Ended);
        Assert.Equal(default, span.ParentSpanId);
        Assert.Empty(span.Links);
        Assert.Single(Settled);
    }

    [Fact]
    public void Span_of_a_call_that_fails_says_so_and_the_next_attempt_has_its_own()
    {
        using var spans = new HeardSpans(TracingSetup.IngestSource);
        DispatchWith(Traceparent(First, "01"));
        Grains.Calls[0].Fail(new TimeoutException());
        Time.Advance(TimeSpan.FromSeconds(1));
        Grains.Calls[1].Count();

        Assert.Equal(
            [(ActivityStatusCode.Error, "TimeoutException"), (ActivityStatusCode.Unset, null)],
            spans.Ended.Select(span => (span.Status, span.StatusDescription)));
        Assert.All(spans.Ended, span => Assert.Equal(First.TraceId, span.TraceId));
    }

    [Fact]
    public void Call_links_to_so_many_votes_and_no_more()
    {
        using var spans = new HeardSpans(TracingSetup.IngestSource);
        DispatchWith([.. Enumerable.Range(0, 33).Select(_ => Traceparent(NewContext(), "01"))]);
        Grains.Calls[0].Count();

        Assert.Equal(32, Assert.Single(spans.Ended).Links.Count());
    }

    [Fact]
    public void Without_listeners_no_message_is_looked_at_for_its_trace()
    {
        var batch = new DeliveryBatch(Current, 1, Time.GetTimestamp());
        batch.Add(++Tag, UntouchedProperties.New(), "body"u8, NewVote("law"));
        batch.Close();
        Dispatcher.Dispatch(batch);
        Grains.Calls[0].Count();

        Assert.Equal([batch], Settled);
    }

    private static ActivityContext NewContext() =>
        new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    private static string Traceparent(ActivityContext context, string flags) =>
        $"00-{context.TraceId}-{context.SpanId}-{flags}";

    private void DispatchWith(params object?[] headers)
    {
        var batch = new DeliveryBatch(Current, headers.Length, Time.GetTimestamp());
        foreach (var header in headers)
        {
            var properties = new BasicProperties();
            if (header is not null)
            {
                properties.Headers = new Dictionary<string, object?> { ["traceparent"] = header };
            }

            batch.Add(++Tag, properties, "body"u8, NewVote("law"));
        }

        batch.Close();
        Dispatcher.Dispatch(batch);
    }
}
