using System.Text.Json.Serialization;

namespace Votes.Silo.Operators.Condition;

/// <summary>How a part of the cluster is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ComponentState>))]
public enum ComponentState
{
    /// <summary>It does its work.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It works in part, or will not for long: votes are counted, and an operator should act.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,

    /// <summary>It does not work: votes wait, or totals are wrong.</summary>
    [JsonStringEnumMemberName("bad")]
    Bad,

    /// <summary>This silo cannot know.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}
