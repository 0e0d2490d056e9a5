using Microsoft.AspNetCore.Diagnostics;
using Npgsql;
using Orleans.Runtime;
using Votes.Grains.Interfaces;
using Votes.Grains.Store;

namespace Votes.Silo.Api;

/// <summary>Turns what went wrong into a problem: the one place that decides which.</summary>
public sealed partial class ErrorAnswers(ILogger<ErrorAnswers> logger) : IExceptionHandler
{
    private const string RetrySeconds = "2";
    private const string Fault = "Something went wrong on our side; the silo's log has the cause.";

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        var (status, detail, code) = Judge(exception);
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = RetrySeconds;
            LogUnavailable(exception);
        }
        else if (status == StatusCodes.Status500InternalServerError)
        {
            LogFault(exception);
        }

        await Problems.WriteAsync(httpContext, status, detail, code);
        return true;
    }

    private static (int Status, string Detail, string? Code) Judge(Exception exception) => exception switch
    {
        BadRequestException => (StatusCodes.Status400BadRequest, exception.Message, null),
        BadHttpRequestException bad => (bad.StatusCode, BadRequests.DetailOf(bad), null),
        TooBusyException => (StatusCodes.Status503ServiceUnavailable, exception.Message, ProblemCodes.TooBusy),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => (
            StatusCodes.Status503ServiceUnavailable,
            "The answer would have taken the database too long. Ask for less: a shorter range of time, a narrower search.",
            ProblemCodes.TooSlow),
        PostgresException server when !PostgresErrors.IsOutage(server.SqlState) => (
            StatusCodes.Status500InternalServerError, Fault, null),
        NpgsqlException or IOException => (
            StatusCodes.Status503ServiceUnavailable, "The database does not answer at the moment. Try again.", null),
        VotesNotDurableException => (
            StatusCodes.Status503ServiceUnavailable, "The law's totals cannot be read at the moment. Try again.", null),
        TimeoutException or OrleansException or OperationCanceledException => (
            StatusCodes.Status503ServiceUnavailable, "The cluster does not answer at the moment. Try again.", null),
        _ => (StatusCodes.Status500InternalServerError, Fault, null),
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "A request was answered with 503")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed for an unknown cause; it was answered with 500")]
    private partial void LogFault(Exception exception);
}
