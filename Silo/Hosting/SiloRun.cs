using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;
using Votes.Grains.Flush;
using Votes.Security;
using Votes.Silo.Schema;
using Votes.Telemetry.Clocks;

namespace Votes.Silo.Hosting;

/// <summary>Builds the host, makes sure of the schema, and runs until the silo is told to stop.</summary>
public static partial class SiloRun
{
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(1);

    /// <summary>Runs the silo.</summary>
    /// <returns>The exit status: 0 after a stop that was asked for, 1 where the silo could not start.</returns>
    public static async Task<int> RunAsync(WebApplicationBuilder builder, Action<WebApplication> map)
    {
        // The last registration is the one that Orleans uses.
        builder.Services.AddSingleton<IFatalErrorHandler, FatalErrors>();
        if (await BuildAsync(builder) is not { } built)
        {
            return 1;
        }

        await using var app = built;
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Votes.Silo");
        try
        {
            // The lock on the schema and the wait for it come before the silo: Orleans reads its queries once, at start.
            await EnsureSchemaAsync(app, logger);
            map(app);

            // Its metrics are to be there before the first vote is.
            app.Services.GetRequiredService<TallyWriter>();
            await RunGuardedAsync(app);
            return 0;
        }
        catch (Exception exception) when (exception is OperationCanceledException or OrleansException
            && app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Asked to stop before it had started.
            return 0;
        }
        catch (Exception exception) when (exception is OptionsValidationException or SchemaException
            or ClockException or DroppedSettingsException or InvalidOperationException or NpgsqlException or OrleansException or IOException or SocketException
            or CryptographicException)
        {
            // These say what to do; a stack trace would hide it.
            var reason = DatabaseErrors.Tell(exception);
            LogCannotStart(logger, reason);
            return 1;
        }
    }

    private static async Task<WebApplication?> BuildAsync(WebApplicationBuilder builder)
    {
        try
        {
            return builder.Build();
        }
        catch (OptionsValidationException exception)
        {
            // The host asks for some options when it is built, how long a stop may take among them. There is no logger yet.
            await Console.Error.WriteLineAsync($"This configuration cannot be used. {exception.Message}");
            return null;
        }
    }

    private static async Task RunGuardedAsync(WebApplication app)
    {
        // Kept until the host is disposed of as well: that is where a hung connection would hold it.
        var limit = app.Services.GetRequiredService<IOptions<SiloClusterOptions>>().Value.StopTimeout + StopMargin;
        var guard = new StopGuard(app.Lifetime, limit);
        await app.RunAsync();
        await app.DisposeAsync();
        guard.Dispose();
    }

    private static async Task EnsureSchemaAsync(WebApplication app, ILogger logger)
    {
        var options = SchemaOptions.Read(app.Configuration);
        var stopping = app.Lifetime.ApplicationStopping;
        if (app.Configuration.GetConnectionString("Owner") is { Length: > 0 } owner)
        {
            await SchemaMigrator.MigrateAsync(owner, options, logger, stopping);
        }

        var dataSource = app.Services.GetRequiredService<NpgsqlDataSource>();
        await SchemaCheck.EnsureKnownAsync(dataSource, logger, options.LockWait, stopping);
        await SessionSettings.EnsureKeptAsync(app.Configuration.GetConnectionString("Votes")!, stopping);
        await app.Services.GetRequiredService<ClockWatch>().CheckAsync(stopping);
        await LearnGenerationAsync(app, dataSource, stopping);
    }

    private static Task LearnGenerationAsync(WebApplication app, NpgsqlDataSource dataSource, CancellationToken stopping)
    {
        var endpoints = app.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        return app.Services.GetRequiredService<SiloGeneration>().LearnAsync(
            dataSource,
            app.Services.GetRequiredService<IOptions<ClusterOptions>>().Value.ClusterId,
            new IPEndPoint(endpoints.AdvertisedIPAddress, endpoints.SiloPort),
            stopping);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The silo cannot start: {Reason}")]
    private static partial void LogCannotStart(ILogger logger, string reason);
}
