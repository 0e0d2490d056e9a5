using System.Threading.Channels;

namespace Votes.Silo.Api.Live;

/// <summary>
/// One open stream's wake-up call. It holds one call however often it is woken: a slow reader finds the newest tally when
/// it comes back, and costs no memory meanwhile.
/// </summary>
public sealed class LiveReader
{
    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>There is something to look at. Returns at once.</summary>
    public void Wake() => _calls.Writer.TryWrite(true);

    /// <summary>It is over. Returns at once.</summary>
    public void End() => _calls.Writer.TryComplete();

    /// <summary>Waits until it is woken. Without a token, which would cost each wait an allocation: see <see cref="End"/>.</summary>
    /// <exception cref="ChannelClosedException">It is over.</exception>
    public ValueTask<bool> WaitAsync() => _calls.Reader.ReadAsync();
}
