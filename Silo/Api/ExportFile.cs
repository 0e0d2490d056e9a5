using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Votes.Silo.Api;

/// <summary>
/// An export on its way to a client. A row is in memory only until enough for a packet has come together; a slow client
/// holds up the reading of rows, not memory.
/// </summary>
public sealed class ExportFile
{
    private const int FlushBytes = 32 * 1024;

    private readonly HttpResponse _response;
    private readonly ExportFormat _format;
    private readonly string[] _columns;

    private ExportFile(HttpResponse response, ExportFormat format, string[] columns)
    {
        _response = response;
        _format = format;
        _columns = columns;
    }

    /// <summary>Begins the answer: the headers, and the names of the columns where the format has them.</summary>
    public static ExportFile Begin(
        HttpResponse response, ExportFormat format, string kind, string lawId, params string[] columns)
    {
        var isCsv = format == ExportFormat.Csv;
        response.ContentType = isCsv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(Csv.FileName(kind, lawId, isCsv ? "csv" : "ndjson"));
        response.Headers.ContentDisposition = disposition.ToString();
        if (isCsv)
        {
            Csv.Line(response.BodyWriter, columns);
        }

        return new ExportFile(response, format, columns);
    }

    /// <summary>Writes a row: strings, numbers and times, in the order of the columns.</summary>
    public async ValueTask WriteAsync(object?[] row, CancellationToken cancellationToken)
    {
        if (_format == ExportFormat.Csv)
        {
            Csv.Line(_response.BodyWriter, [.. row.Select(Text)]);
        }
        else
        {
            WriteJson(row);
        }

        if (_response.BodyWriter.UnflushedBytes >= FlushBytes)
        {
            await _response.BodyWriter.FlushAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Sends what is left. The server does that by itself at the end of an answer, but an answer that is to be cached goes
    /// through a writer of the cache's, which does not.
    /// </summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken) =>
        await _response.BodyWriter.FlushAsync(cancellationToken);

    private void WriteJson(object?[] row)
    {
        using (var json = new Utf8JsonWriter(_response.BodyWriter))
        {
            json.WriteStartObject();
            for (var i = 0; i < _columns.Length; i++)
            {
                json.WritePropertyName(_columns[i]);
                WriteJson(json, row[i]);
            }

            json.WriteEndObject();
        }

        Encoding.UTF8.GetBytes("\n", _response.BodyWriter);
    }

    private static void WriteJson(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Text(value));
                break;
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        DateTimeOffset moment => moment.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
