namespace Votes.Grains.Board;

/// <summary>What the board keeps beyond its activation: which laws are on it. Their totals are read from the database.</summary>
[GenerateSerializer]
[Alias("Votes.BoardState")]
public sealed class BoardState
{
    /// <summary>The laws, those that moved last first.</summary>
    [Id(0)]
    public List<string> LawIds { get; set; } = [];
}
