using System.Security.Cryptography;

namespace Votes.LocalCluster;

/// <summary>Files that only their owner may read.</summary>
internal static class SecretFile
{
    private const int PasswordBytes = 24;
    private const int KeyBytes = 32;

    /// <summary>Writes a file that only its owner may read; at no instant may others.</summary>
    public static async Task WriteAsync(string file, string content, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using var writer = new StreamWriter(stream);
        await writer.WriteAsync(content.AsMemory(), cancellationToken);
    }

    /// <summary>Writes a file that only its owner may read; at no instant may others.</summary>
    public static void Write(string file, string content)
    {
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(stream);
        writer.Write(content);
    }

    /// <summary>The password in a file, made at the first call; letters and digits, so it fits into any address.</summary>
    public static Task<string> PasswordAsync(string file, CancellationToken cancellationToken) =>
        ReadOrMakeAsync(
            file, () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PasswordBytes)), cancellationToken);

    /// <summary>The base64 key in a file, made at the first call.</summary>
    public static Task<string> KeyAsync(string file, CancellationToken cancellationToken) =>
        ReadOrMakeAsync(
            file, () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)), cancellationToken);

    private static async Task<string> ReadOrMakeAsync(
        string file, Func<string> make, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        // Renamed when complete: a secret that was cut short must not be taken for one.
        var secret = make();
        await WriteAsync(file + ".new", secret + "\n", cancellationToken);
        File.Move(file + ".new", file);
        return secret;
    }
}
