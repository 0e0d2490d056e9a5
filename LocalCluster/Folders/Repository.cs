using System.Runtime.InteropServices;

namespace Votes.LocalCluster;

/// <summary>Where the working copy is that this program was built in.</summary>
public static class Repository
{
    private const string Marker = "Orleans.sln";

    private static readonly Lazy<string> Found = new(Find);

    /// <summary>The top folder of the repository.</summary>
    public static string Root => Found.Value;

    /// <summary>The dotnet program that runs this one: the same runtime for every process.</summary>
    public static string DotNet => Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>The built program of a project, in the configuration that this program was built in.</summary>
    /// <exception cref="ClusterException">It has not been built.</exception>
    public static string Program(string project)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = output.Parent?.Name ?? "Release";
        var file = Path.Combine(Root, project, "bin", configuration, output.Name, $"Votes.{project}.dll");
        return File.Exists(file)
            ? file
            : throw new ClusterException($"There is no {file}. Build it: dotnet build -c {configuration}");
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Marker)))
                return folder.FullName;
        }

        throw new ClusterException($"No folder above {AppContext.BaseDirectory} has an {Marker}.");
    }
}
