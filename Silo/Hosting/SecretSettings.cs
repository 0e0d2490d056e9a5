using Votes.Security;

namespace Votes.Silo.Hosting;

/// <summary>Settings whose values are in files.</summary>
internal static class SecretSettings
{
    /// <summary>Reads them and puts them on top of the others; says on the console why that cannot be.</summary>
    /// <returns>Whether the process may start.</returns>
    public static bool TryAdd(IConfigurationManager configuration)
    {
        try
        {
            configuration.AddInMemoryCollection(SecretFiles.Read(configuration.AsEnumerable()));
            return true;
        }
        catch (SecretFileException exception)
        {
            // No logger yet: how it logs is configuration as well.
            Console.Error.WriteLine($"This configuration cannot be used. {exception.Message}");
            return false;
        }
    }
}
