namespace Votes.Silo.Dashboard;

/// <summary>The Orleans dashboard. Section "Dashboard" of the configuration.</summary>
public sealed class SiloDashboardOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Dashboard";

    /// <summary>
    /// Whether this silo has the dashboard at /dashboard, for operators, and tells it what it measures. All silos of a cluster
    /// should agree: those that do not are left out of it.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The setting, while services are still being added.</summary>
    public static SiloDashboardOptions Read(IConfiguration configuration) =>
        configuration.GetSection(Section).Get<SiloDashboardOptions>() ?? new SiloDashboardOptions();
}
