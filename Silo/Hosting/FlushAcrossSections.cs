using Microsoft.Extensions.Options;
using Votes.Grains.Flush;

namespace Votes.Silo.Hosting;

/// <summary>
/// Checks the flush's limits against those of the cluster: a vote must be on its way back while its sender still waits, and a
/// stop must leave time for what is pending.
/// </summary>
public sealed class FlushAcrossSections(IOptions<SiloClusterOptions> cluster) : IValidateOptions<FlushOptions>
{
    /// <summary>What an answer is given to travel to its sender.</summary>
    public static readonly TimeSpan AnswerMargin = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, FlushOptions options)
    {
        var failures = new List<string>();
        Check(nameof(SiloClusterOptions.ResponseTimeout), cluster.Value.ResponseTimeout);
        Check(nameof(SiloClusterOptions.StopTimeout), cluster.Value.StopTimeout);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string key, TimeSpan value)
        {
            if (options.GiveBackAfter + AnswerMargin > value)
            {
                failures.Add(
                    $"{FlushOptions.Section}:{nameof(FlushOptions.GiveBackAfter)} is {options.GiveBackAfter}; it must be at "
                    + $"least {AnswerMargin} less than {SiloClusterOptions.Section}:{key}, {value}.");
            }
        }
    }
}
