using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using Votes.Security;
using Votes.Silo.Schema;
using Votes.Telemetry.Logs;

namespace Votes.Silo.Hosting;

/// <summary><c>Votes.Silo migrate</c>: brings the schema up to date and ends.</summary>
public static partial class MigrateCommand
{
    /// <summary>Applies the schema with the connection string <c>ConnectionStrings:Owner</c>.</summary>
    /// <returns>The exit status: 0 where the schema is up to date, 1 where it is not.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
        if (!SecretSettings.TryAdd(builder.Configuration))
        {
            return 1;
        }

        builder.AddVotesLogging();
        using var host = builder.Build();
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Votes.Silo");
        if (builder.Configuration.GetConnectionString("Owner") is not { Length: > 0 } owner)
        {
            LogNoOwner(logger);
            return 1;
        }

        try
        {
            var options = SchemaOptions.Read(builder.Configuration);
            await SchemaMigrator.MigrateAsync(owner, options, logger, CancellationToken.None);
            return 0;
        }
        catch (Exception exception) when (exception is SchemaException or NpgsqlException
            or OptionsValidationException or ArgumentException or IOException or CryptographicException)
        {
            var reason = DatabaseErrors.Tell(exception);
            LogFailed(logger, reason);
            return 1;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "ConnectionStrings:Owner is not set: migrate needs the connection string of the role that owns the database")]
    private static partial void LogNoOwner(ILogger logger);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The schema was not brought up to date: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
