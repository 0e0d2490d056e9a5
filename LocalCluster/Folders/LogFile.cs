namespace Votes.LocalCluster;

/// <summary>Reads the log files of the processes that the local cluster started.</summary>
public static class LogFile
{
    private const int TailBytes = 256 * 1024;
    private const long MostBytes = 32 * 1024 * 1024;

    /// <summary>
    /// Makes a log file that its owner alone may read, and its folder; puts a long file aside, in place of the one before.
    /// </summary>
    public static void Prepare(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        if (new FileInfo(file) is { Exists: true, Length: > MostBytes })
            File.Move(file, file + ".old", overwrite: true);

        // Logs name laws and dead letters. Other users of the machine have no business there.
        new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }).Dispose();
    }

    /// <summary>The last lines of a file that may still be written to; a sentence when there is none.</summary>
    public static string Tail(string file, int lines)
    {
        if (!File.Exists(file))
            return $"(there is no {file})";
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(Math.Max(0, stream.Length - TailBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        var all = reader.ReadToEnd().TrimEnd().Split('\n');
        return string.Join('\n', all.TakeLast(lines));
    }
}
