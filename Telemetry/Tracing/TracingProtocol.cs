namespace Votes.Telemetry.Tracing;

/// <summary>How traces travel to their collector.</summary>
public enum TracingProtocol
{
    /// <summary>OTLP over HTTP, as protocol buffers.</summary>
    HttpProtobuf,

    /// <summary>OTLP over gRPC.</summary>
    Grpc,
}
