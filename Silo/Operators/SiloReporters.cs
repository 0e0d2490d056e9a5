using Orleans.Runtime;
using Orleans.Runtime.Services;
using Votes.Grains.Reports;

namespace Votes.Silo.Operators;

/// <summary>Reaches the reporter of any silo.</summary>
public sealed class SiloReporters(IServiceProvider services) : GrainServiceClient<ISiloReporter>(services)
{
    /// <summary>Asks a silo for its report.</summary>
    public Task<SiloReport> AskAsync(SiloAddress silo) => GetGrainService(silo).ReportAsync();
}
