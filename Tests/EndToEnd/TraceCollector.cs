using System.Net;
using System.Text;
using Votes.LocalCluster;

namespace Votes.Tests.EndToEnd;

/// <summary>An OTLP collector that keeps what processes send, by the process's service.</summary>
internal sealed class TraceCollector : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, string> _told = [];

    public TraceCollector()
    {
        Address = new Uri($"http://127.0.0.1:{Ports.Free()}/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>Takes requests until the services have told of all that is asked for.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListenAsync(
        ILookup<string, string> wanted, CancellationToken cancellationToken)
    {
        while (!wanted.All(service => service.All(text => Told(service.Key).Contains(text, StringComparison.Ordinal))))
        {
            var request = await _listener.GetContextAsync().WaitAsync(cancellationToken);
            using var body = new MemoryStream();
            await request.Request.InputStream.CopyToAsync(body, cancellationToken);

            // A character a byte: texts are in protocol buffers as they are, and a trace's id as its bytes.
            var text = $"POST {request.Request.Url!.AbsolutePath} " + Encoding.Latin1.GetString(body.ToArray());
            foreach (var service in wanted.Select(static service => service.Key))
            {
                _told[service] = Told(service) + (text.Contains(service, StringComparison.Ordinal) ? text : "");
            }

            request.Response.StatusCode = (int)HttpStatusCode.OK;
            request.Response.Close();
        }

        return _told;
    }

    public void Dispose() => ((IDisposable)_listener).Dispose();

    private string Told(string service) => _told.GetValueOrDefault(service, "");
}
