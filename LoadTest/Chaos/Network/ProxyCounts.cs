using System.Diagnostics;

namespace Votes.LoadTest.Chaos.Network;

/// <summary>What a proxy has done since it was made; counted by its connections as they go.</summary>
internal sealed class ProxyCounts
{
    private long _carriedAt;
    private long _connections;
    private long _resets;
    private long _commitsCut;
    private long _bytesLate;
    private long _bytesSilenced;

    /// <summary>Connections that were let in.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Connections that the proxy reset, for whatever effect.</summary>
    public long Resets => Interlocked.Read(ref _resets);

    /// <summary>Commits whose answer was cut off.</summary>
    public long CommitsCut => Interlocked.Read(ref _commitsCut);

    /// <summary>Bytes that were made to arrive late.</summary>
    public long BytesLate => Interlocked.Read(ref _bytesLate);

    /// <summary>Bytes that did not arrive during a silence.</summary>
    public long BytesSilenced => Interlocked.Read(ref _bytesSilenced);

    /// <summary>Whether bytes came in, from either side, within this time.</summary>
    public bool CarriedWithin(TimeSpan time) =>
        Interlocked.Read(ref _carriedAt) is > 0 and var at && Stopwatch.GetElapsedTime(at) <= time;

    /// <summary>Notes that bytes came in.</summary>
    public void NoteCarried() => Interlocked.Exchange(ref _carriedAt, Stopwatch.GetTimestamp());

    /// <summary>Counts a connection.</summary>
    public void AddConnection() => Interlocked.Increment(ref _connections);

    /// <summary>Counts a connection that the proxy reset.</summary>
    public void AddReset() => Interlocked.Increment(ref _resets);

    /// <summary>Counts a commit whose answer was cut off.</summary>
    public void AddCommitCut() => Interlocked.Increment(ref _commitsCut);

    /// <summary>Counts bytes that were made to arrive late.</summary>
    public void AddLate(int bytes) => Interlocked.Add(ref _bytesLate, bytes);

    /// <summary>Counts bytes that did not arrive during a silence.</summary>
    public void AddSilenced(int bytes) => Interlocked.Add(ref _bytesSilenced, bytes);
}
