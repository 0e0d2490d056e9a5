using System.Buffers;
using System.Text;

namespace Votes.Silo.Api;

/// <summary>Writes CSV (RFC 4180) that a spreadsheet does not run.</summary>
public static class Csv
{
    // What spreadsheets take for the start of a formula, with the wide forms that some of them read as the narrow ones.
    private const string Formula = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    /// <summary>Writes a line.</summary>
    public static void Line(IBufferWriter<byte> output, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            Encoding.UTF8.GetBytes(i == 0 ? "" : ",", output);
            Encoding.UTF8.GetBytes(Cell(cells[i]), output);
        }

        Encoding.UTF8.GetBytes("\r\n", output);
    }

    /// <summary>
    /// A cell: quoted where it must be, and with an apostrophe before what a spreadsheet would take for a formula.
    /// </summary>
    public static string Cell(string text)
    {
        var safe = text.Length > 0 && Formula.Contains(text[0]) ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Special) ? $"\"{safe.Replace("\"", "\"\"")}\"" : safe;
    }

    /// <summary>A file's name for a law: what is not a plain letter or digit becomes "_", so that no header breaks.</summary>
    public static string FileName(string kind, string lawId, string extension)
    {
        const int MostCharacters = 64;
        var name = string.Concat(lawId.Take(MostCharacters)
            .Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        return $"{kind}-{name}.{extension}";
    }
}
