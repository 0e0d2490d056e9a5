using System.Net;
using System.Text.Json;
using Xunit;

namespace Votes.Tests.Silo.Api;

/// <summary>A live stream as a browser reads it.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventStream(HttpResponseMessage response, StreamReader reader)
    {
        _response = response;
        _reader = reader;
    }

    public static async Task<EventStream> OpenAsync(ApiSilo silo, string address, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await silo.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(
            (HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return new EventStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event, passing over comments; null at the end.</summary>
    public async Task<(string Id, JsonElement Tally)?> NextAsync()
    {
        var (id, data) = ("", "");
        while (await _reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line[6..];
            }
            else if (line.Length == 0 && data.Length > 0)
            {
                return (id, JsonDocument.Parse(data).RootElement);
            }
        }

        return null;
    }

    /// <summary>Reads on until a law has this many durable votes and none pending; the id of that event.</summary>
    public async Task<string> UntilAsync(string lawId, long total)
    {
        while (await NextAsync() is var (id, tally))
        {
            if (tally.GetProperty("law_id").GetString() == lawId
                && tally.GetProperty("total").GetInt64() == total
                && tally.GetProperty("pending").GetInt64() == 0)
            {
                return id;
            }
        }

        throw new InvalidOperationException("The stream ended.");
    }

    /// <summary>The next line, whatever it is.</summary>
    public async Task<string?> LineAsync() => await _reader.ReadLineAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}
