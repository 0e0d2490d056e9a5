using System.Text.Json.Serialization;

namespace Votes.Silo.Api;

/// <summary>How a law is to be closed. In JSON: true, "when_drained", false.</summary>
[JsonConverter(typeof(CloseHowConverter))]
public enum CloseHow
{
    /// <summary>false: a closing that waits is called off.</summary>
    CallOff,

    /// <summary>true: at once.</summary>
    Now,

    /// <summary>"when_drained": once voting has ended and the votes published so far are settled.</summary>
    WhenDrained,
}
