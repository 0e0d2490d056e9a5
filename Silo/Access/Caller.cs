using System.Net;
using System.Reflection;
using System.Security.Claims;
using Votes.Silo.Api;

namespace Votes.Silo.Access;

/// <summary>Who sends a request, and from where.</summary>
/// <param name="Who">The key's short id, the token's subject, or <see cref="Anonymous"/>.</param>
/// <param name="Address">The address of the request's sender.</param>
public sealed record Caller(string Who, IPAddress? Address)
{
    /// <summary>The name of callers without valid credentials.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>The claim that holds the name.</summary>
    internal const string Claim = "votes-who";

    /// <summary>What limits count this caller by.</summary>
    public string Client => RateLimits.Client(Address);

    /// <summary>The caller of a request whose credentials have been read.</summary>
    public static Caller Of(HttpContext context) =>
        new(context.User.FindFirstValue(Claim) ?? Anonymous, context.Connection.RemoteIpAddress);

    /// <summary>Binds a route's parameter.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        _ = parameter;
        return ValueTask.FromResult<Caller?>(Of(context));
    }
}
