using System.Text.Json;

namespace Votes.LoadTest;

/// <summary>Keeps a ledger as a JSON file between publishing and verifying.</summary>
public static class RunLedgerFile
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    /// <summary>Writes the file, and the folder it is in; a reader never sees half of it.</summary>
    public static async Task WriteAsync(string path, RunLedger ledger, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var partial = full + ".part";
        await File.WriteAllTextAsync(partial, ToJson(ledger) + Environment.NewLine, cancellationToken);
        File.Move(partial, full, overwrite: true);
    }

    /// <summary>Reads the file back.</summary>
    /// <exception cref="LoadFailedException">There is no such file, or it is not a ledger.</exception>
    public static async Task<RunLedger> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return FromJson(await File.ReadAllTextAsync(path, cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new LoadFailedException($"no ledger can be read from {path}: {exception.Message}", exception);
        }
    }

    /// <summary>A ledger as text.</summary>
    public static string ToJson(RunLedger ledger) => JsonSerializer.Serialize(ledger, Options);

    /// <summary>A ledger from its text.</summary>
    /// <exception cref="JsonException">The text is not a ledger, or its plan is not valid.</exception>
    public static RunLedger FromJson(string json)
    {
        var ledger = JsonSerializer.Deserialize<RunLedger>(json, Options)
            ?? throw new JsonException("The file is empty.");
        return ledger.Plan.Problems() is [var problem, ..] ? throw new JsonException(problem) : ledger;
    }
}
