namespace Votes.LoadTest.Publishing;

/// <summary>What all connections of a run have done so far. Written from many threads.</summary>
internal sealed class PublishCounters
{
    private long _confirmed;
    private long _republished;
    private long _republishedMalformed;
    private long _nacked;
    private long _reconnects;

    public long Confirmed => Interlocked.Read(ref _confirmed);

    public long Republished => Interlocked.Read(ref _republished);

    public long RepublishedMalformed => Interlocked.Read(ref _republishedMalformed);

    public long Nacked => Interlocked.Read(ref _nacked);

    public long Reconnects => Interlocked.Read(ref _reconnects);

    public void AddConfirmed(int count) => Interlocked.Add(ref _confirmed, count);

    public void AddNacked(int count) => Interlocked.Add(ref _nacked, count);

    public void AddReconnect() => Interlocked.Increment(ref _reconnects);

    public void AddRepublished(bool malformed)
    {
        Interlocked.Increment(ref _republished);
        if (malformed)
            Interlocked.Increment(ref _republishedMalformed);
    }
}
