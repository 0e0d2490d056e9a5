using System.Net;
using System.Net.Sockets;

namespace Votes.Bench.Running;

/// <summary>
/// Many open live streams of one law, each on a connection of its own, and as many loopback addresses to come from as the
/// limit of streams of one client asks for. Owns the connections.
/// </summary>
internal sealed class LiveStreams : IAsyncDisposable
{
    private const int StreamsOfAnAddress = 100;
    private const int OpenedAtOnce = 20;

    private readonly CancellationTokenSource _stop;
    private readonly List<HttpClient> _clients = [];
    private Task[] _readers = [];
    private long _events;

    private LiveStreams(CancellationToken cancellationToken) =>
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    /// <summary>How many tallies all of them together have received.</summary>
    public long Events => Interlocked.Read(ref _events);

    /// <summary>Opens the streams; each has received a tally when this returns.</summary>
    public static async Task<LiveStreams> OpenAsync(
        Uri silo, string lawId, int count, CancellationToken cancellationToken)
    {
        var streams = new LiveStreams(cancellationToken);
        try
        {
            await streams.OpenAsync(new Uri(silo, $"/api/laws/{Uri.EscapeDataString(lawId)}/live"), count);
            return streams;
        }
        catch
        {
            await streams.DisposeAsync();
            throw;
        }
    }

    /// <summary>How many have ended, although nobody ended them.</summary>
    public int Lost => _readers.Count(static reader => reader.IsCompleted);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_readers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _clients.ForEach(static client => client.Dispose());
        _stop.Dispose();
    }

    private async Task OpenAsync(Uri address, int count)
    {
        for (var from = 0; from < count; from += StreamsOfAnAddress)
            _clients.Add(ClientFrom(new IPAddress([127, 0, 1, (byte)((from / StreamsOfAnAddress) + 1)])));
        var readers = new Task[count];
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce, CancellationToken = _stop.Token },
            async (number, token) =>
            {
                var lines = new StreamReader(
                    await _clients[number / StreamsOfAnAddress].GetStreamAsync(address, token));
                await NextAsync(lines, token);
                readers[number] = ReadAsync(lines);
            });
        _readers = readers;
    }

    private async Task ReadAsync(StreamReader lines)
    {
        using (lines)
        {
            while (await NextAsync(lines, _stop.Token))
            {
            }
        }
    }

    /// <summary>Waits for the next tally; false where the stream has ended.</summary>
    private async Task<bool> NextAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _events);
                return true;
            }
        }

        return false;
    }

    private static HttpClient ClientFrom(IPAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    socket.Bind(new IPEndPoint(address, 0));
                    await socket.ConnectAsync(context.DnsEndPoint, token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
