using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Votes.Silo.Hosting;

/// <summary>What <c>/health/ready</c> of a silo or an Ingest says: each check's name, its status, and what is missing.</summary>
internal static class HealthAnswer
{
    /// <summary>Writes the answer, a line for each check.</summary>
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsync(
        string.Join('\n', report.Entries.Select(
            static entry => $"{entry.Key}: {entry.Value.Status} {entry.Value.Description}".TrimEnd())) + "\n",
        context.RequestAborted);
}
