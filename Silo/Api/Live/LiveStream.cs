using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Votes.Silo.Api.Live;

/// <summary>
/// Writes one stream of server-sent events. The id of an event is the version of its law's totals, with a letter behind
/// it once the law is no longer open; with several laws, those sent so far of all of them, so that Last-Event-ID tells
/// what each of them was.
/// </summary>
public sealed class LiveStream(PipeWriter output, LiveSubscription subscription, LiveOptions options, TimeProvider time)
{
    private const char BetweenVersions = '.';

    // "id: ", line break, and of each law at most the digits of a long, a letter and a separator.
    private readonly int _mostOfId = 5 + (21 * subscription.Laws);
    private readonly LiveTally?[] _sent = new LiveTally?[subscription.Laws];
    private readonly long?[] _versions = new long?[subscription.Laws];
    private readonly byte[] _states = new byte[subscription.Laws];

    /// <summary>
    /// Takes over what a client has seen before it lost its connection. What is no list of versions of these laws is passed
    /// over: the client then gets everything, which does no harm.
    /// </summary>
    public void Resume(string lastEventId)
    {
        var parts = lastEventId.Split(BetweenVersions);
        for (var law = 0; parts.Length == _versions.Length && law < parts.Length; law++)
        {
            var hasState = parts[law].Length > 1 && char.IsAsciiLetterLower(parts[law][^1]);
            _states[law] = hasState ? (byte)parts[law][^1] : (byte)0;
            _versions[law] = long.TryParse(hasState ? parts[law][..^1] : parts[law], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                ? version
                : null;
        }
    }

    /// <summary>Writes until the subscription or the token ends it.</summary>
    /// <exception cref="ChannelClosedException">The subscription ended it.</exception>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    /// <exception cref="TimeoutException">The reader takes nothing.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // How long a browser waits before it connects again.
        output.Write("retry: 2000\n\n"u8);
        await FlushAsync(cancellationToken);
        var wroteAt = time.GetTimestamp();
        var isFirstLook = true;
        while (true)
        {
            await subscription.WaitAsync();
            var isBeat = time.GetElapsedTime(wroteAt) >= options.Heartbeat / 2;
            var wrote = false;
            for (var law = 0; law < subscription.Laws; law++)
            {
                wrote |= WriteNews(law, isBeat && !isFirstLook);
            }

            if (wrote || isBeat)
            {
                if (!wrote)
                {
                    output.Write(": still here\n\n"u8);
                }

                await FlushAsync(cancellationToken);
                wroteAt = time.GetTimestamp();
            }

            isFirstLook = false;
        }
    }

    /// <summary>Writes a law's newest tally where the client has not seen it.</summary>
    /// <param name="law">Which law.</param>
    /// <param name="evenIfSeen">
    /// Also what the client has seen on an earlier connection: the figures of pending votes have no version, and may have
    /// changed in between.
    /// </param>
    private bool WriteNews(int law, bool evenIfSeen)
    {
        if (subscription[law] is not { } latest || ReferenceEquals(latest, _sent[law]))
        {
            return false;
        }

        var isSeen = _sent[law] is null && _versions[law] == latest.Tally.Version && _states[law] == latest.State
            && latest.Tally.Pending == 0;
        if (isSeen && !evenIfSeen)
        {
            return false;
        }

        _sent[law] = latest;
        _versions[law] = latest.Tally.Version;
        _states[law] = latest.State;
        WriteEvent(latest.Event);
        return true;
    }

    private void WriteEvent(byte[] rest)
    {
        var place = output.GetSpan(_mostOfId + rest.Length);
        "id: "u8.CopyTo(place);
        var length = 4;
        for (var law = 0; law < _versions.Length; law++)
        {
            if (_versions[law] is { } known)
            {
                Utf8Formatter.TryFormat(known, place[length..], out var digits);
                length += digits;
                if (_states[law] != 0)
                {
                    place[length++] = _states[law];
                }
            }

            place[length++] = (byte)BetweenVersions;
        }

        // The last one's separator gives way to the line's end.
        place[length - 1] = (byte)'\n';
        rest.CopyTo(place[length..]);
        output.Advance(length + rest.Length);
    }

    /// <summary>A reader that takes nothing for too long is cut off: it will connect again when it can.</summary>
    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var flush = output.FlushAsync(cancellationToken);

        // Nearly always: the event fits into the connection's buffer. A timer for each would cost more than the event.
        if (flush.IsCompleted)
        {
            await flush;
            return;
        }

        await flush.AsTask().WaitAsync(options.WriteTimeout, time, cancellationToken);
    }
}
