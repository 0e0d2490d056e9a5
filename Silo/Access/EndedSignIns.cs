using Microsoft.AspNetCore.Authentication.Cookies;
using Npgsql;
using Votes.Silo.Api;

namespace Votes.Silo.Access;

/// <summary>
/// Sign-ins that were ended before their time, so that a copy of the cookie is worth nothing any more. All silos share them
/// through the database, and read them again when they are older than a few seconds; this silo's own count at once. While the
/// database does not answer, what is known counts. Thread-safe.
/// </summary>
public sealed partial class EndedSignIns(ApiDatabase database, TimeProvider time, ILogger<EndedSignIns> logger) : IDisposable
{
    /// <summary>The claim that names a sign-in.</summary>
    internal const string Claim = "votes-session";

    private const string Insert = """
        INSERT INTO ended_sign_ins (session, expires_at) VALUES ($1, $2) ON CONFLICT ON CONSTRAINT ended_sign_ins_pk DO NOTHING
        """;

    private const string Forget = "DELETE FROM ended_sign_ins WHERE expires_at < now() - interval '1 day'";
    private const string Read = "SELECT session FROM ended_sign_ins WHERE expires_at > now()";
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private HashSet<Guid> _ended = [];
    private long? _readAt;

    /// <summary>Ends a sign-in everywhere.</summary>
    public async Task EndAsync(Guid session, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await using (var insert = database.Command(
            Insert, new NpgsqlParameter { Value = session }, new NpgsqlParameter { Value = expiresAt.ToUniversalTime() }))
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var forget = database.Command(Forget))
        {
            await forget.ExecuteNonQueryAsync(cancellationToken);
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            _ended = [.. _ended, session];
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Whether a sign-in was ended.</summary>
    public async Task<bool> IsEndedAsync(Guid session, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_readAt is not { } readAt || time.GetElapsedTime(readAt) >= Lifetime)
            {
                await ReadAsync(cancellationToken);
                _readAt = time.GetTimestamp();
            }

            return _ended.Contains(session);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>
    /// Refuses the cookie of a sign-in that was ended, and one of an older version, which tells neither which sign-in it is
    /// of nor whose: it could not be ended, and what is done with it would be on record as nobody's.
    /// </summary>
    internal static async Task CheckAsync(CookieValidatePrincipalContext context)
    {
        if (!Guid.TryParse(context.Principal?.FindFirst(Claim)?.Value, out var session)
            || context.Principal?.HasClaim(static claim => claim.Type == Caller.Claim) != true
            || await context.HttpContext.RequestServices.GetRequiredService<EndedSignIns>()
                .IsEndedAsync(session, context.HttpContext.RequestAborted))
        {
            context.RejectPrincipal();
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var ended = new HashSet<Guid>();
            await using var command = database.Command(Read);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                ended.Add(reader.GetGuid(0));
            }

            _ended = ended;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
        {
            // Operators are needed most while the database is away.
            LogNotRead(exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Sign-ins that were ended elsewhere lately are not known here: {Cause}")]
    private partial void LogNotRead(string cause);
}
