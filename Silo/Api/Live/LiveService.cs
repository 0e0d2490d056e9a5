using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Votes.Silo.Access;

namespace Votes.Silo.Api.Live;

/// <summary>Serves live streams: checks what is asked for, opens the stream, and ends it when either side goes.</summary>
public sealed class LiveService(
    LiveTallies tallies,
    KnownLaws known,
    IOptions<LiveOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time)
{
    /// <summary>Serves one stream, and returns when it has ended.</summary>
    public async Task<IResult> ServeAsync(HttpContext context, IReadOnlyList<string> lawIds)
    {
        if (lawIds.Count > options.Value.MaxLawsPerStream)
        {
            throw new BadRequestException($"One stream shows at most {options.Value.MaxLawsPerStream} laws.");
        }

        foreach (var lawId in lawIds)
        {
            if (!await known.ExistsAsync(lawId, context.RequestAborted))
            {
                return lawIds.Count == 1 ? Problems.UnknownLaw() : Problems.UnknownLaw(lawId);
            }
        }

        await using var subscription = tallies.Open(lawIds, Caller.Of(context).Client);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";

        // Proxies that gather answers before they pass them on would hold back every event.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var stream = new LiveStream(context.Response.BodyWriter, subscription, options.Value, time);
        stream.Resume(context.Request.Headers["Last-Event-ID"].ToString());
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        await using var wakesIt = ends.Token.UnsafeRegister(
            static subscription => ((LiveSubscription)subscription!).End(), subscription);
        try
        {
            await stream.RunAsync(ends.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            // The client went, or the silo stops.
        }
        catch (TimeoutException)
        {
            // Too slow. What it has not read yet must not keep its connection.
            context.Abort();
        }

        return TypedResults.Empty;
    }
}
