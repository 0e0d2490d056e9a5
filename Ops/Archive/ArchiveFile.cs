using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Votes.Ops.Archive;

/// <summary>
/// A file of votes: gzip of one JSON object a line, in the order of the voters' keys. Beside it, under the same name with
/// .sha256 at its end, its checksum as sha256sum writes it.
/// </summary>
/// <param name="Path">The file.</param>
public sealed record ArchiveFile(string Path)
{
    private static readonly byte[] LineBreak = "\n"u8.ToArray();

    /// <summary>The file's name, without its folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    private string ChecksumPath => Path + ".sha256";

    private string UnfinishedPath => Path + ".unfinished";

    /// <summary>The file of a law in a folder: its id as it is in addresses, so that any id is a file's name.</summary>
    public static ArchiveFile Of(string folder, string lawId) =>
        new(System.IO.Path.Combine(folder, $"{Uri.EscapeDataString(lawId).Replace(".", "%2E", StringComparison.Ordinal)}.votes.ndjson.gz"));

    /// <summary>Writes it, to disk, and its checksum; a file that is there already is left alone.</summary>
    /// <returns>SHA-256 of the file.</returns>
    /// <exception cref="IOException">It is there already, or cannot be written.</exception>
    public async Task<byte[]> WriteAsync(IAsyncEnumerable<ArchivedVote> votes, CancellationToken cancellationToken)
    {
        if (File.Exists(Path))
            throw new IOException($"{Path} is there already");
        await using (var file = new FileStream(UnfinishedPath, FileMode.Create, FileAccess.Write))
        {
            await using (var packed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            {
                await foreach (var vote in votes.WithCancellation(cancellationToken))
                {
                    await packed.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(vote), cancellationToken);
                    await packed.WriteAsync(LineBreak, cancellationToken);
                }
            }

            file.Flush(flushToDisk: true);
        }

        var checksum = await ChecksumAsync(UnfinishedPath, cancellationToken);
        await File.WriteAllTextAsync(
            ChecksumPath, $"{Convert.ToHexStringLower(checksum)}  {Name}\n", cancellationToken);
        File.Move(UnfinishedPath, Path);
        return checksum;
    }

    /// <summary>Computes SHA-256 of the file as it is.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Task<byte[]> ChecksumAsync(CancellationToken cancellationToken) => ChecksumAsync(Path, cancellationToken);

    /// <summary>Reads its votes.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async IAsyncEnumerable<ArchivedVote> ReadAsync()
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(Path), CompressionMode.Decompress));
        while (await lines.ReadLineAsync() is { } line)
            yield return Parse(line);
    }

    private ArchivedVote Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ArchivedVote>(line)!;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{Path} has a line that is no vote", exception);
        }
    }

    private static async Task<byte[]> ChecksumAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await SHA256.HashDataAsync(file, cancellationToken);
    }
}
