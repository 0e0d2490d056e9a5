using System.Threading.Channels;
using Votes.Telemetry.Statistics;

namespace Votes.Tests.Telemetry;

/// <summary>Work that the test does, and that tells when it was taken.</summary>
internal sealed class ScriptedWork : IWorkSource
{
    private readonly Channel<bool> _taken = Channel.CreateUnbounded<bool>();

    public MinuteFigures Next { get; set; }

    public MinuteFigures Take()
    {
        // What the test sets once it knows of this is for the next time.
        var figures = Next;
        _taken.Writer.TryWrite(true);
        return figures;
    }

    /// <summary>Waits until it is taken once more.</summary>
    public async Task TakenAsync(CancellationToken cancellationToken) => await _taken.Reader.ReadAsync(cancellationToken);
}
