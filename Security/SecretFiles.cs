using System.Text;

namespace Votes.Security;

/// <summary>
/// Secrets in files, as orchestrators mount them: the name of a secret's setting with <c>_FILE</c> behind it names the file
/// that holds its value. They are read once, at the start.
/// </summary>
public static class SecretFiles
{
    /// <summary>What is put behind the name of a setting.</summary>
    public const string Suffix = "_FILE";

    private const int MostBytes = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly string[] Secrets =
    [
        "ConnectionStrings:Votes", "ConnectionStrings:Read", "ConnectionStrings:Owner", "RabbitMq:Uri", "VoterKey:Secret", "Access:SignInSecret",
        "Access:OperatorKeySha256", "Access:ReaderKeySha256",
    ];

    private static readonly string[] Sections =
        [.. Secrets.Select(static key => key[..(key.IndexOf(':', StringComparison.Ordinal) + 1)]).Distinct()];

    /// <summary>The secrets that settings name files for, to be put on top of the settings.</summary>
    /// <param name="settings">All settings, <c>:</c> between the parts of their names.</param>
    /// <exception cref="SecretFileException">
    /// A file cannot be read, the setting has a value as well, or it is none that is read from a file.
    /// </exception>
    public static Dictionary<string, string?> Read(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var given = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in settings)
        {
            if (!string.IsNullOrEmpty(value))
            {
                given[key] = value;
            }
        }

        var secrets = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, file) in given.Where(static setting => IsFile(setting.Key)))
        {
            var name = Array.Find(Secrets, secret => IsSame(secret, key[..^Suffix.Length]))
                ?? throw new SecretFileException(
                    $"{key} is set, but that setting is not read from a file. Those that are: {string.Join(", ", Secrets)}.");
            secrets[name] = ReadOne(name, given.GetValueOrDefault(name), file);
        }

        return secrets;
    }

    /// <summary>The value of an environment variable, or of the file that the one with <c>_FILE</c> behind it names.</summary>
    /// <returns>Null where neither is set.</returns>
    /// <exception cref="SecretFileException">Both are set, or the file cannot be read.</exception>
    public static string? FromEnvironment(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        return Environment.GetEnvironmentVariable(name + Suffix) is { Length: > 0 } file
            ? ReadOne(name, value, file)
            : value;
    }

    private static bool IsFile(string key) =>
        key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)
        && Array.Exists(Sections, section => key.StartsWith(section, StringComparison.OrdinalIgnoreCase));

    private static bool IsSame(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string ReadOne(string name, string? value, string file)
    {
        if (!string.IsNullOrEmpty(value))
        {
            throw new SecretFileException($"{name} and {name}{Suffix} are both set; set one of them.");
        }

        try
        {
            var secret = Content(file);
            return secret.Length > 0
                ? secret
                : throw new SecretFileException($"{name}{Suffix} names {file}, which is empty.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or ArgumentException or NotSupportedException)
        {
            // Of these messages, none quotes what a file holds.
            throw new SecretFileException(
                $"{name}{Suffix} names {file}, which cannot be read: {Reason(exception)}", exception);
        }
    }

    private static string Content(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[MostBytes + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > MostBytes)
        {
            throw new IOException($"it has more than {MostBytes} bytes.");
        }

        // Editors and echo end a file with a line break, which belongs to no secret.
        return Strict.GetString(bytes, 0, length).TrimEnd('\r', '\n');
    }

    private static string Reason(Exception exception) =>
        exception is DecoderFallbackException ? "it is not UTF-8 text." : exception.Message;
}
