using Microsoft.Extensions.Options;

namespace Votes.Silo.Schema;

/// <summary>How long to wait for the database and its schema; section <c>Schema</c> of the configuration.</summary>
public sealed record SchemaOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Schema";

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>How long to try again while the server does not answer. 0 to 1 hour, default 1 minute.</summary>
    public TimeSpan ServerWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long to wait while another process migrates. 0 to 1 hour, default 5 minutes.</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The time limit of each statement of a script. 1 second to 1 hour, default 10 minutes.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The pause between two tries. 10 milliseconds to 1 minute, default 500 milliseconds.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Reads and validates the options.</summary>
    /// <exception cref="OptionsValidationException">A value is out of its bounds; the message names it.</exception>
    public static SchemaOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<SchemaOptions>() ?? new SchemaOptions();
        options.Validate();
        return options;
    }

    /// <summary>Checks each value against its bounds.</summary>
    /// <exception cref="OptionsValidationException">A value is out of its bounds; the message names it.</exception>
    public void Validate()
    {
        Check(nameof(ServerWait), ServerWait, TimeSpan.Zero, LongestWait);
        Check(nameof(LockWait), LockWait, TimeSpan.Zero, LongestWait);
        Check(nameof(StatementTimeout), StatementTimeout, TimeSpan.FromSeconds(1), LongestWait);
        Check(nameof(RetryInterval), RetryInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
    }

    private static void Check(string key, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            throw new OptionsValidationException(
                Section, typeof(SchemaOptions), [$"{Section}:{key} is {value}; it must be {least} to {most}."]);
        }
    }
}
