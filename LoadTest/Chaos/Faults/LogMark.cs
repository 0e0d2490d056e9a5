namespace Votes.LoadTest.Chaos.Faults;

/// <summary>A place in a growing log file: what was written after it can be counted.</summary>
internal sealed class LogMark
{
    private readonly string _file;
    private readonly long _from;

    /// <summary>The end of the file as it is now.</summary>
    public LogMark(string file)
    {
        _file = file;
        _from = Length(file);
    }

    /// <summary>Lines written since then that contain both texts, in this order or not.</summary>
    public async Task<int> CountAsync(string text, string other, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(
            _file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // A file that is shorter now was put aside meanwhile, and this is the next one.
        stream.Seek(_from <= stream.Length ? _from : 0, SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        var count = 0;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal) && line.Contains(other, StringComparison.Ordinal))
                count++;
        }

        return count;
    }

    /// <summary>Lines written since then that contain a text.</summary>
    public Task<int> CountAsync(string text, CancellationToken cancellationToken) =>
        CountAsync(text, text, cancellationToken);

    private static long Length(string file) => new FileInfo(file) is { Exists: true } there ? there.Length : 0;
}
