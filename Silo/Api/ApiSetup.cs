using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Votes.Silo.Access;
using Votes.Silo.Api.Description;
using Votes.Silo.Api.Live;
using Votes.Silo.Dashboard;
using Votes.Silo.Hosting;
using Votes.Silo.Pages;

namespace Votes.Silo.Api;

/// <summary>The HTTP API: what it is made of, and the order in which a request passes through it.</summary>
public static class ApiSetup
{
    // A client that sends headers slower than this holds a connection for nothing.
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds it, and who may use it.</summary>
    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.AddAccess();
        var services = builder.Services;
        services.AddChecked<ApiOptions>(ApiOptions.Section);
        services.AddChecked<LiveOptions>(LiveOptions.Section);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ApiOptions>>(static (server, api) =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = api.Value.MaxRequestBytes;
            server.Limits.MaxConcurrentConnections = api.Value.MaxConnections;
            server.Limits.RequestHeadersTimeout = HeadersTimeout;
        });
        services.AddRateLimits();
        services.AddAnswerCache();
        services.AddPages();
        services.AddProblemDetails(static problems =>
            problems.CustomizeProblemDetails = Problems.Complete);
        services.AddExceptionHandler<ErrorAnswers>();
        services.AddOpenApi("v1", static openApi => openApi
            .AddOperationTransformer<LawIdDescription>()
            .AddOperationTransformer<OperationDescription>()
            .AddSchemaTransformer<SchemaDescription>()
            .AddDocumentTransformer<SecuritySchemes>());
        services.Configure<RouteHandlerOptions>(static routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(static json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;

            // A number in quotes is no number: to generators of clients, either would be both.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;

            // As strict as with votes: a field has one name, in one spelling, and stands once.
            json.SerializerOptions.PropertyNameCaseInsensitive = false;
            json.SerializerOptions.AllowDuplicateProperties = false;
            json.SerializerOptions.Converters.Add(new MomentConverter());
        });
        services.AddSingleton<ApiDatabase>();
        services.AddSingleton<ApiReads>();
        services.AddSingleton<KnownLaws>();
        services.AddSingleton<CostlyQueries>();
        services.AddSingleton<LawReader>();
        services.AddSingleton<LawWriter>();
        services.AddSingleton<LawChanges>();
        services.AddSingleton<HistoryReader>();
        services.AddSingleton<DuplicatesReader>();
        services.AddSingleton<StatsReader>();
        services.AddSingleton<AuditExport>();
        services.AddSingleton<TallyReader>();
        services.AddSingleton<LiveTallies>();
        services.AddSingleton<LiveService>();
    }

    /// <summary>Maps it. Pages that come after this are behind the same guards.</summary>
    public static void MapApi(this WebApplication app)
    {
        app.UseForwardedCallers();
        app.UseExceptionHandler();
        app.UseHeadRequests();
        app.UseSecurityHeaders();
        app.UseAnswersForWrongAddresses();
        app.UseOperationsPort();
        app.UseRateLimiter();
        FailedCredentials.Use(app);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseNoStoreForOperators();

        // Before the cache, and not for those who may not know what there is.
        QueryNames.Use(app);

        // After the authorization: what is in the cache is for those who may read it.
        app.UseOutputCache();
        var api = app.MapGroup("/api").RequireAuthorization(Roles.PublicPolicy);
        QueryNames.AddTo(api);
        api.MapLawRoutes();
        api.MapExportRoutes();
        api.MapHistoryExport();
        api.MapOperatorRoutes();
        api.MapLiveRoutes();
        app.MapSignIn();
        app.MapDashboard();
        app.MapOpenApi().RequireAuthorization(Roles.PublicPolicy);
    }
}
