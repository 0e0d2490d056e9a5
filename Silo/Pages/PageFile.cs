using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Votes.Silo.Pages;

/// <summary>A file that the silo serves to browsers, in each encoding that they take.</summary>
/// <param name="ContentType">What it is.</param>
/// <param name="Plain">Its bytes.</param>
/// <param name="Gzip">The same as gzip.</param>
/// <param name="Brotli">The same as Brotli.</param>
/// <param name="Digest">A hash of its bytes: the same at all silos that serve the same file.</param>
public sealed record PageFile(string ContentType, byte[] Plain, byte[] Gzip, byte[] Brotli, string Digest)
{
    /// <summary>Compresses a file.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="contentType">What it is.</param>
    /// <param name="level">How hard to try: a file that is served for days is worth more than one that lasts a second.</param>
    public static PageFile Of(byte[] content, string contentType, CompressionLevel level) => new(
        contentType,
        content,
        Compressed(content, stream => new GZipStream(stream, level)),
        Compressed(content, stream => new BrotliStream(stream, level)),
        Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12)));

    /// <summary>What a browser gets that takes these encodings: the bytes, their encoding (null: none), and their tag.</summary>
    public (byte[] Content, string? Encoding, EntityTagHeaderValue Tag) For(IList<StringWithQualityHeaderValue> accepted)
    {
        var (content, encoding) = Takes(accepted, "br") ? (Brotli, "br")
            : Takes(accepted, "gzip") ? (Gzip, "gzip")
            : (Plain, null);
        return (content, encoding, new EntityTagHeaderValue($"\"{Digest}{(encoding is null ? "" : $"-{encoding}")}\""));
    }

    private static bool Takes(IList<StringWithQualityHeaderValue> accepted, string encoding) =>
        accepted.Any(value => value.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && value.Quality is not 0);

    private static byte[] Compressed(byte[] content, Func<Stream, Stream> compress)
    {
        var buffer = new MemoryStream();
        using (var stream = compress(buffer))
        {
            stream.Write(content);
        }

        return buffer.ToArray();
    }
}
