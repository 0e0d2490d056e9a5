using Orleans.Services;

namespace Votes.Grains.Reports;

/// <summary>Runs on every silo, and answers for that one alone.</summary>
public interface ISiloReporter : IGrainService
{
    /// <summary>How the silo is. Touches neither database nor broker: it answers while those do not.</summary>
    Task<SiloReport> ReportAsync();
}
