namespace Votes.Ingest.Configuration;

/// <summary>Collects what is wrong with the options of one section, so that all of it is told at once.</summary>
internal sealed class OptionRules(string section)
{
    private readonly List<string> _failures = [];

    public OptionRules Between<T>(string key, T value, T min, T max)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
        {
            _failures.Add($"{section}:{key} is {value}; it must be between {min} and {max}.");
        }

        return this;
    }

    public OptionRules NotLess<T>(string key, T value, string otherKey, T other)
        where T : IComparable<T>
    {
        if (value.CompareTo(other) < 0)
        {
            _failures.Add($"{section}:{key} is {value}; it must not be less than {section}:{otherKey}, {other}.");
        }

        return this;
    }

    public OptionRules NotBlank(string key, string? value) =>
        Require(!string.IsNullOrWhiteSpace(value), key, "is missing; it must be set");

    public OptionRules Require(bool holds, string key, string otherwise)
    {
        if (!holds)
        {
            _failures.Add($"{section}:{key} {otherwise}.");
        }

        return this;
    }

    /// <summary>Adds what another check found; null where it found nothing.</summary>
    public OptionRules Add(string? failure)
    {
        if (failure is not null)
        {
            _failures.Add(failure);
        }

        return this;
    }

    public void ThrowIfBroken()
    {
        if (_failures.Count > 0)
        {
            throw new InvalidConfigurationException(string.Join(' ', _failures));
        }
    }
}
