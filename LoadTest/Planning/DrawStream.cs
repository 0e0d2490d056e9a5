namespace Votes.LoadTest.Planning;

/// <summary>What a random number is for, so that no two purposes share one.</summary>
internal enum DrawStream : ulong
{
    Order = 1,
    Law = 2,
    Choice = 3,
    DuplicateReach = 4,
    DuplicateOf = 5,
    DuplicateChoice = 6,
    RedeliveryOf = 7,
    MalformedLaw = 8,
    Chaos = 9,
    Trace = 10,
}
