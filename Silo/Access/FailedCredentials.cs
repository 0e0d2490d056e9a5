using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Votes.Silo.Api;

namespace Votes.Silo.Access;

/// <summary>
/// Counts wrong keys and tokens of each client, on every route. A client that sent too many gets 429 for each further
/// request with a key or a token, right or wrong, until the minute is over: an answer would tell which it is.
/// </summary>
public sealed class FailedCredentials : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> _failures;

    /// <summary>Takes the limit from the options.</summary>
    public FailedCredentials(IOptions<AccessOptions> options)
    {
        var most = options.Value.FailuresPerMinute;
        _failures = PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetFixedWindowLimiter(
            client, _ => new FixedWindowRateLimiterOptions { PermitLimit = most, Window = Window }));
    }

    /// <summary>Whether a request has a key or a token in its headers.</summary>
    public static bool AreIn(HttpRequest request) =>
        request.Headers.ContainsKey(ApiKeyHandler.Header) || request.Headers.Authorization.Count > 0;

    /// <summary>Counts a wrong key or token.</summary>
    public void Count(string client)
    {
        using var lease = _failures.AttemptAcquire(client);
    }

    /// <summary>How long a client has to wait before its credentials are looked at again; null: not at all.</summary>
    public TimeSpan? WaitOf(string client)
    {
        using var lease = _failures.AttemptAcquire(client, permitCount: 0);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window;
    }

    /// <inheritdoc/>
    public void Dispose() => _failures.Dispose();

    /// <summary>Refuses credentials of clients that sent too many wrong ones; before anything reads credentials.</summary>
    public static void Use(WebApplication app)
    {
        var failed = app.Services.GetRequiredService<FailedCredentials>();
        app.Use((context, next) =>
        {
            if (!AreIn(context.Request) || failed.WaitOf(Caller.Of(context).Client) is not { } wait)
            {
                return next(context);
            }

            var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return Problems.WriteAsync(
                context,
                StatusCodes.Status429TooManyRequests,
                $"Too many wrong keys or tokens came from this address. Wait {seconds} s and try again.");
        });
    }
}
