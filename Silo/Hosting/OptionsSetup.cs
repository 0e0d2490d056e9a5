using Microsoft.Extensions.Options;

namespace Votes.Silo.Hosting;

/// <summary>Options that are checked before the host starts.</summary>
public static class OptionsSetup
{
    /// <summary>Binds a section, and stops the start where a value is out of its bounds.</summary>
    public static void AddChecked<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(new AnnotatedOptions<T>(section));
    }
}
