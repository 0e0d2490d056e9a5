using System.Text.Json;

namespace Votes.LocalCluster;

/// <summary>
/// The file in which a started process is on record, so that a later run can find it, and stop it, whatever became of
/// the one that started it.
/// </summary>
public static class ProcessFile
{
    /// <summary>How the files' names end.</summary>
    public const string Extension = ".process";

    /// <summary>The process on record; null when there is none, or the record was cut short.</summary>
    public static ProcessMark? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<ProcessMark>(File.ReadAllText(file)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Puts a process on record.</summary>
    public static void Write(string file, ProcessMark process)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(process));
    }

    /// <summary>The processes on record anywhere below a folder that still run.</summary>
    public static IReadOnlyList<ProcessMark> Alive(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*" + Extension, options).Select(Read).OfType<ProcessMark>()
                .Where(process => process.IsAlive)]
            : [];
    }
}
