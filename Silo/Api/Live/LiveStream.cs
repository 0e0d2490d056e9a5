using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace Votes.Silo.Api.Live;

/// <summary>
/// Writes one stream of server-sent events. The id of an event is the version of its law's totals; with several laws, the
/// versions sent so far of all of them, so that Last-Event-ID tells what each of them was.
/// </summary>
public sealed class LiveStream(PipeWriter output, LiveSubscription subscription, LiveOptions options, TimeProvider time)
{
    private const char BetweenVersions = '.';

    private readonly LiveTally?[] _sent = new LiveTally?[subscription.Laws];
    private readonly long?[] _versions = new long?[subscription.Laws];

    /// <summary>
    /// Takes over what a client has seen before it lost its connection. What is no list of versions of these laws is passed
    /// over: the client then gets everything, which does no harm.
    /// </summary>
    public void Resume(string lastEventId)
    {
        var parts = lastEventId.Split(BetweenVersions);
        for (var law = 0; parts.Length == _versions.Length && law < parts.Length; law++)
        {
            _versions[law] = long.TryParse(parts[law], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                ? version
                : null;
        }
    }

    /// <summary>Writes until the client goes, or the token says so.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // How long a browser waits before it connects again.
        Write("retry: 2000\n\n");
        await FlushAsync(cancellationToken);
        var wroteAt = time.GetTimestamp();
        var isFirstLook = true;
        while (true)
        {
            await subscription.WaitAsync(cancellationToken);
            var isBeat = time.GetElapsedTime(wroteAt) >= options.Heartbeat / 2;
            var wrote = false;
            for (var law = 0; law < subscription.Laws; law++)
            {
                wrote |= WriteNews(law, isBeat && !isFirstLook);
            }

            if (wrote || isBeat)
            {
                Write(wrote ? "" : ": still here\n\n");
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

        var isSeen = _sent[law] is null && _versions[law] == latest.Tally.Version && latest.Tally.Pending == 0;
        if (isSeen && !evenIfSeen)
        {
            return false;
        }

        _sent[law] = latest;
        _versions[law] = latest.Tally.Version;
        Write($"id: {string.Join(BetweenVersions, _versions)}\nevent: tally\ndata: ");
        output.Write(latest.Json);
        Write("\n\n");
        return true;
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, output);

    /// <summary>A reader that takes nothing for too long is cut off: it will connect again when it can.</summary>
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.WriteTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await output.FlushAsync(either.Token);
    }
}
