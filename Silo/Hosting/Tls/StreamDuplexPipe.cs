using System.IO.Pipelines;

namespace Votes.Silo.Hosting.Tls;

/// <summary>A stream as the two pipes that connections are read and written by. The stream stays its owner's.</summary>
internal sealed class StreamDuplexPipe(Stream stream) : IDuplexPipe
{
    // As much as a TLS record holds: less would be more calls.
    private const int BufferBytes = 16 * 1024;

    /// <inheritdoc/>
    public PipeReader Input { get; } = PipeReader.Create(
        stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));

    /// <inheritdoc/>
    public PipeWriter Output { get; } = PipeWriter.Create(
        stream, new StreamPipeWriterOptions(minimumBufferSize: BufferBytes, leaveOpen: true));
}
