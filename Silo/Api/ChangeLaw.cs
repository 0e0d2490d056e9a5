using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Votes.Silo.Api;

/// <summary>What shall change of a law. What is absent stays; a time that is null is taken away.</summary>
public sealed class ChangeLaw
{
    /// <summary>The new title.</summary>
    [Description("At most 500 characters.")]
    public string? Title { get; set; }

    /// <summary>Votes cast before this moment are rejected.</summary>
    [Description("Votes cast earlier are rejected; null: no such limit.")]
    public DateTimeOffset? OpensAt
    {
        get;
        set
        {
            field = value;
            HasOpensAt = true;
        }
    }

    /// <summary>Votes cast after this moment are rejected.</summary>
    [Description("Votes cast later are rejected; null: no such limit.")]
    public DateTimeOffset? ClosesAt
    {
        get;
        set
        {
            field = value;
            HasClosesAt = true;
        }
    }

    /// <summary>Closes the law, for ever.</summary>
    [Description("true closes the law for ever.")]
    public bool? Close { get; set; }

    /// <summary>Whether <see cref="OpensAt"/> was named.</summary>
    [JsonIgnore]
    public bool HasOpensAt { get; private set; }

    /// <summary>Whether <see cref="ClosesAt"/> was named.</summary>
    [JsonIgnore]
    public bool HasClosesAt { get; private set; }
}
