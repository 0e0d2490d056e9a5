using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Votes.Silo.Access;
using Votes.Silo.Api.Live;

namespace Votes.Silo.Api;

/// <summary>How much one client, and all of them together, may ask of a silo.</summary>
public static class RateLimits
{
    /// <summary>The policy of sign-ins: few, as keys could be guessed.</summary>
    public const string SignIn = "sign-in";

    /// <summary>The policy of audit exports.</summary>
    public const string AuditExport = "audit-export";

    /// <summary>The policy of live streams.</summary>
    public const string Streams = "streams";

    private const int SignInsPerMinute = 10;

    /// <summary>Adds them.</summary>
    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(static _ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<ApiOptions>, IOptions<LiveOptions>>(
            static (limiter, api, live) =>
            {
                limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(
                    context => PerClient(context, api.Value));
                limiter.AddPolicy(SignIn, static context => RateLimitPartition.GetFixedWindowLimiter(
                    Client(context),
                    static _ => new FixedWindowRateLimiterOptions
                    {
                        PermitLimit = SignInsPerMinute,
                        Window = TimeSpan.FromMinutes(1),
                    }));
                limiter.AddConcurrencyLimiter(
                    AuditExport, options => options.PermitLimit = api.Value.AuditExportsAtOnce);
                limiter.AddPolicy(Streams, context => RateLimitPartition.GetConcurrencyLimiter(
                    Client(context),
                    _ => new ConcurrencyLimiterOptions { PermitLimit = live.Value.MaxStreamsPerClient }));
                limiter.OnRejected = RejectAsync;
            });
    }

    /// <summary>
    /// Whom a request is counted for: its address. Of IPv6 the first 64 bits, the least that a customer is given.
    /// </summary>
    public static string Client(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    private static string Client(HttpContext context) => Client(context.Connection.RemoteIpAddress);

    private static RateLimitPartition<string> PerClient(HttpContext context, ApiOptions api)
    {
        if (OperationsPort.IsOperations(context.Request.Path))
        {
            // Of its own: who asks much of the API must not look unhealthy to a load balancer at the same address.
            return Bucket($"{Client(context)} operations", api.OperationsRequestsPerSecond, 2 * api.OperationsRequestsPerSecond);
        }

        return api.RequestsPerSecond == 0
            ? RateLimitPartition.GetNoLimiter("")
            : Bucket(Client(context), api.RequestsPerSecond, api.RequestBurst);
    }

    private static RateLimitPartition<string> Bucket(string client, int perSecond, int burst) =>
        RateLimitPartition.GetTokenBucketLimiter(client, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            AutoReplenishment = true,
        });

    private static async ValueTask RejectAsync(OnRejectedContext context, CancellationToken cancellationToken)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await Problems.WriteAsync(
            context.HttpContext,
            StatusCodes.Status429TooManyRequests,
            $"Too many requests at once. Wait {seconds} s and try again.");
    }
}
