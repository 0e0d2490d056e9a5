using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Votes.Bench.Results;

/// <summary>The file that holds a bench's results, and the chart beside it.</summary>
public static class ResultsFile
{
    /// <summary>The newest results.</summary>
    public const string Name = "latest.json";

    /// <summary>Their chart.</summary>
    public const string ChartName = "latest.svg";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // The file is read by people too; it is not put into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes results and chart to a folder, each whole or not at all.</summary>
    public static async Task WriteAsync(string folder, BenchResults results)
    {
        Directory.CreateDirectory(folder);
        await WriteAsync(Path.Combine(folder, Name), Serialize(results) + "\n");
        await WriteAsync(Path.Combine(folder, ChartName), Chart.Draw(results));
    }

    /// <summary>The text of the file.</summary>
    public static string Serialize(BenchResults results) => JsonSerializer.Serialize(results, Json);

    // No token: what was measured is kept, also when the user has had enough.
    private static async Task WriteAsync(string file, string content)
    {
        await File.WriteAllTextAsync(file + ".new", content, CancellationToken.None);
        File.Move(file + ".new", file, overwrite: true);
    }
}
