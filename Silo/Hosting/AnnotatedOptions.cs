using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Votes.Silo.Hosting;

/// <summary>
/// Validates options by their annotations, with messages that name the configuration key, its value and the bound.
/// </summary>
public sealed class AnnotatedOptions<T>(string section) : IValidateOptions<T>
    where T : class
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var failures = new List<string>();
        foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(options);
            failures.AddRange(property.GetCustomAttributes<ValidationAttribute>()
                .Where(rule => !rule.IsValid(value))
                .Select(rule => $"{section}:{property.Name} is '{Text(value)}'; {Bound(rule)}."));
        }

        if (options is IValidatableObject validatable)
        {
            failures.AddRange(validatable.Validate(new ValidationContext(options)).Select(static x => x.ErrorMessage!));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string Bound(ValidationAttribute rule) => rule switch
    {
        RangeAttribute range => $"it must be from {range.Minimum} to {range.Maximum}",
        StringLengthAttribute length => $"it must have {length.MinimumLength} to {length.MaximumLength} characters",
        EnumDataTypeAttribute kind => $"it must be one of {string.Join(", ", Enum.GetNames(kind.EnumType))}",
        RequiredAttribute => "it must be set",
        _ => rule.FormatErrorMessage("it"),
    };

    private static string? Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture);
}
