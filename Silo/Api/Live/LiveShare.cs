namespace Votes.Silo.Api.Live;

/// <summary>How many of a silo's live streams one client may have. Pure.</summary>
public static class LiveShare
{
    private const int Part = 10;

    /// <summary>
    /// A tenth of what is free besides its own: plenty while there is plenty, and at the end there is still one for each
    /// client that has none. To take all streams needs many addresses, not few.
    /// </summary>
    /// <param name="free">Streams that nobody has.</param>
    /// <param name="own">Streams that the client has.</param>
    public static int Of(int free, int own) => Math.Max(1, (free + own) / Part);
}
