using System.IO.Compression;

namespace Votes.Silo.Pages;

/// <summary>
/// The pages and what they are made of, read into memory at start: half a dozen small files that everybody asks for. Their
/// tags come from their content, not from a disk's times, so a browser that is sent to another silo has them already.
/// </summary>
public sealed class PageFiles
{
    private const long MaxBytes = 4 * 1024 * 1024;

    private readonly Dictionary<string, PageFile> _files = new(StringComparer.Ordinal);

    /// <summary>Reads the folder.</summary>
    /// <exception cref="InvalidOperationException">It is not there, or holds what the silo does not serve.</exception>
    public PageFiles(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidOperationException(
                $"The pages are missing: there is no folder {folder}. It belongs beside the program, as a build puts it.");
        }

        var bytes = 0L;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (ContentTypeOf(path) is not { } contentType)
            {
                // A publish may put compressed copies beside the files.
                continue;
            }

            var content = File.ReadAllBytes(path);
            bytes += content.Length;
            if (bytes > MaxBytes)
            {
                throw new InvalidOperationException($"{folder} holds more than {MaxBytes} bytes; it is kept in memory.");
            }

            _files[name] = PageFile.Of(content, contentType, CompressionLevel.SmallestSize);
        }
    }

    /// <summary>A file by its name, such as assets/base.css; null where there is none.</summary>
    public PageFile? Find(string name) => _files.GetValueOrDefault(name);

    private static string? ContentTypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => null,
    };
}
