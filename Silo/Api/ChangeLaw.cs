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

    /// <summary>Closes the law, for ever, or calls a closing off that still waits.</summary>
    [Description("true closes the law for ever, at once; \"when_drained\" does so once voting has ended and the votes published so far "
        + "are counted; false calls the latter off.")]
    public CloseHow? Close { get; set; }

    /// <summary>Closes the law at once although votes wait, which are then rejected.</summary>
    [Description("With close: true, closes even while votes wait, or where it is not known whether any do: they are rejected.")]
    public bool Force { get; set; }

    /// <summary>Choices that the law is to have beside those it has.</summary>
    [Description("Choices to be added behind those that the law has.")]
    public IReadOnlyList<string>? AddChoices { get; set; }

    /// <summary>Whether lists and searches leave the law out.</summary>
    [Description("true: lists and searches leave the law out; by its id it can still be read.")]
    public bool? Hidden { get; set; }

    /// <summary>Whether nothing is to change.</summary>
    [JsonIgnore]
    public bool IsEmpty =>
        this is { Title: null, Close: null, AddChoices: null, Hidden: null, HasOpensAt: false, HasClosesAt: false };

    /// <summary>Whether <see cref="OpensAt"/> was named.</summary>
    [JsonIgnore]
    public bool HasOpensAt { get; private set; }

    /// <summary>Whether <see cref="ClosesAt"/> was named.</summary>
    [JsonIgnore]
    public bool HasClosesAt { get; private set; }
}
