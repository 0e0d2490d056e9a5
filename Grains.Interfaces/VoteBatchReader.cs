using System.Buffers.Binary;
using System.Text;

namespace Votes.Grains.Interfaces;

/// <summary>Reads the votes of a <see cref="VoteBatch"/> in their order.</summary>
public readonly ref struct VoteBatchReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _votes;
    private readonly string[] _choices;

    /// <summary>Opens a batch and checks its shape.</summary>
    /// <exception cref="MalformedVoteBatchException">The bytes are no vote batch.</exception>
    /// <exception cref="UnknownBatchFormatException">They are one of a format that this program does not know.</exception>
    public VoteBatchReader(VoteBatch batch)
    {
        ReadOnlySpan<byte> packed = batch.Packed;
        if (packed.Length < VoteBatch.HeaderBytes)
        {
            throw Malformed($"{packed.Length} bytes are no header");
        }

        if (packed[0] != VoteBatch.Format)
        {
            throw new UnknownBatchFormatException(
                $"The batch has format {packed[0]}; this program knows format {VoteBatch.Format}.");
        }

        _choices = new string[BinaryPrimitives.ReadUInt16LittleEndian(packed[1..])];
        var rest = packed[VoteBatch.HeaderBytes..];
        for (var i = 0; i < _choices.Length; i++)
        {
            _choices[i] = ReadChoice(ref rest);
        }

        if (rest.Length == 0 || rest.Length % VoteBatch.VoteBytes != 0)
        {
            throw Malformed($"{rest.Length} bytes are no whole number of votes");
        }

        Count = rest.Length / VoteBatch.VoteBytes;
        if (Count > VoteBatch.MaxVotes)
        {
            throw Malformed($"it carries {Count} votes, more than {VoteBatch.MaxVotes}");
        }

        _votes = rest;
    }

    /// <summary>How many votes the batch carries.</summary>
    public int Count { get; }

    /// <summary>The different choices of the batch.</summary>
    public ReadOnlySpan<string> Choices => _choices;

    /// <summary>The vote at <paramref name="index"/>, from 0.</summary>
    /// <exception cref="MalformedVoteBatchException">The vote names a choice that the batch does not list.</exception>
    public CastVote this[int index] => new(VoteId(index), Voter(index), _choices[ChoiceIndex(index)], CastAt(index));

    private int ChoiceIndex(int index)
    {
        var choice = BinaryPrimitives.ReadUInt16LittleEndian(Record(index)[40..]);
        return choice < _choices.Length ? choice : throw Malformed($"vote {index} names choice {choice}");
    }

    private Guid VoteId(int index) => new(Record(index)[..16], bigEndian: true);

    private Guid Voter(int index) => new(Record(index)[16..32], bigEndian: true);

    private long CastAt(int index) => BinaryPrimitives.ReadInt64LittleEndian(Record(index)[32..]);

    private ReadOnlySpan<byte> Record(int index) => _votes.Slice(index * VoteBatch.VoteBytes, VoteBatch.VoteBytes);

    private static string ReadChoice(ref ReadOnlySpan<byte> rest)
    {
        var length = rest.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (length is 0 or > VoteBatch.MaxChoiceBytes || rest.Length < 2 + length)
        {
            throw Malformed("a choice is cut short, empty or too long");
        }

        try
        {
            var choice = StrictUtf8.GetString(rest.Slice(2, length));
            rest = rest[(2 + length)..];
            return choice;
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("a choice is not UTF-8");
        }
    }

    private static MalformedVoteBatchException Malformed(string why) => new($"This is no vote batch: {why}.");
}
