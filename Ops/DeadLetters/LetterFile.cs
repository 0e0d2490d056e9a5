using System.Text.Json;
using System.Text.Json.Serialization;
using Votes.DeadLetters;

namespace Votes.Ops.DeadLetters;

/// <summary>A file of dead letters: one JSON object a line, readable by its owner alone, since bodies name voters.</summary>
internal sealed class LetterFile : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly FileStream _file;

    private LetterFile(FileStream file) => _file = file;

    /// <summary>Creates the file.</summary>
    /// <exception cref="IOException">It is there already, or cannot be made.</exception>
    public static LetterFile Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 64 * 1024,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new(new FileStream(path, options));
    }

    /// <summary>Adds a letter.</summary>
    public void Add(Letter letter)
    {
        var isText = SafeText.TryDecode(letter.Body.Span, out var text);
        JsonSerializer.Serialize(
            _file,
            new
            {
                letter.Id,
                Sha256 = Convert.ToHexStringLower(letter.Sha256.Span),
                letter.At,
                letter.SentAt,
                letter.Reason,
                letter.Field,
                letter.Detail,
                LawId = LetterLaw.Of(letter.Body.Span),
                letter.Replays,
                letter.Properties.MessageId,
                letter.Properties.CorrelationId,
                letter.Properties.ContentType,
                letter.Properties.AppId,
                Headers = letter.Properties.Headers?.ToDictionary(
                    static header => header.Key, static header => Letter.TextOf(header.Value)),
                Body = isText ? text : null,
                BodyBase64 = isText ? null : Convert.ToBase64String(letter.Body.Span),
            },
            Json);
        _file.WriteByte((byte)'\n');
    }

    /// <summary>Writes what is left to the disk.</summary>
    public async ValueTask DisposeAsync()
    {
        _file.Flush(flushToDisk: true);
        await _file.DisposeAsync();
    }
}
