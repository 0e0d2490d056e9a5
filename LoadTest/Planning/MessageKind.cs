namespace Votes.LoadTest.Planning;

/// <summary>What a message is in its plan.</summary>
public enum MessageKind
{
    /// <summary>A voter's planned vote on a law.</summary>
    First,

    /// <summary>
    /// Another vote of the same voter on the same law; whichever of them commits first is the counted one.
    /// </summary>
    Duplicate,

    /// <summary>The bytes of a first vote or duplicate once more.</summary>
    Redelivery,

    /// <summary>A message that breaks one rule of the contract.</summary>
    Malformed,
}
