using Npgsql;

namespace Votes.Silo.Minutes;

/// <summary>The sums of <c>vote_minutes</c>.</summary>
public static class MinutesSetup
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(30);

    /// <summary>Adds what writes them.</summary>
    public static void AddMinutes(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(static services =>
            new MinuteStore(services.GetRequiredService<NpgsqlDataSource>(), Limit, Delay));
        builder.Services.AddHostedService<MinuteService>();
    }
}
