using Votes.Silo.Hosting;

namespace Votes.Silo.Closing;

/// <summary>Closings that wait for the last votes.</summary>
public static class ClosingSetup
{
    /// <summary>Adds what watches and closes.</summary>
    public static void AddClosing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddChecked<ClosingOptions>(ClosingOptions.Section);
        services.AddSingleton<ClosingStore>();
        services.AddSingleton<IntakeReader>();
        services.AddSingleton<ClosingService>();
        services.AddHostedService(static provider => provider.GetRequiredService<ClosingService>());
    }
}
