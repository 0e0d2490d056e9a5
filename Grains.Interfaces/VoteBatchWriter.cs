using System.Buffers.Binary;
using System.Text;

namespace Votes.Grains.Interfaces;

/// <summary>Packs votes on one law into a <see cref="VoteBatch"/>.</summary>
public static class VoteBatchWriter
{
    /// <summary>Packs the votes in their order; a vote's place in the batch is its index in an outcome.</summary>
    /// <param name="votes">1 to <see cref="VoteBatch.MaxVotes"/> votes.</param>
    /// <param name="backlog">See <see cref="VoteBatch.Backlog"/>.</param>
    /// <exception cref="ArgumentException">No votes, too many, or a choice that is empty or too long.</exception>
    public static VoteBatch Pack(ReadOnlySpan<CastVote> votes, bool backlog = false)
    {
        if (votes.Length is 0 or > VoteBatch.MaxVotes)
        {
            throw new ArgumentException(
                $"A vote batch carries 1 to {VoteBatch.MaxVotes} votes, not {votes.Length}.", nameof(votes));
        }

        // Laws have a handful of choices: a scan of a short list beats a dictionary.
        var choices = new List<string>(4);
        Span<ushort> indexes = stackalloc ushort[votes.Length];
        var size = VoteBatch.HeaderBytes + (votes.Length * VoteBatch.VoteBytes);
        for (var i = 0; i < votes.Length; i++)
        {
            var choice = votes[i].Choice;
            var index = choices.IndexOf(choice);
            if (index < 0)
            {
                index = choices.Count;
                choices.Add(choice);
                size += 2 + ChoiceBytes(choice);
            }

            indexes[i] = (ushort)index;
        }

        var packed = new byte[size];
        packed[0] = VoteBatch.Format;
        BinaryPrimitives.WriteUInt16LittleEndian(packed.AsSpan(1), (ushort)choices.Count);
        var at = VoteBatch.HeaderBytes;
        foreach (var choice in choices)
        {
            var length = Encoding.UTF8.GetBytes(choice, packed.AsSpan(at + 2));
            BinaryPrimitives.WriteUInt16LittleEndian(packed.AsSpan(at), (ushort)length);
            at += 2 + length;
        }

        for (var i = 0; i < votes.Length; i++, at += VoteBatch.VoteBytes)
        {
            WriteVote(packed.AsSpan(at, VoteBatch.VoteBytes), in votes[i], indexes[i]);
        }

        return new VoteBatch(packed, backlog);
    }

    private static int ChoiceBytes(string choice)
    {
        var length = Encoding.UTF8.GetByteCount(choice);
        return length is > 0 and <= VoteBatch.MaxChoiceBytes
            ? length
            : throw new ArgumentException(
                $"A choice has 1 to {VoteBatch.MaxChoiceBytes} bytes as UTF-8, not {length}.", nameof(choice));
    }

    private static void WriteVote(Span<byte> target, in CastVote vote, ushort choice)
    {
        vote.VoteId.TryWriteBytes(target, bigEndian: true, out _);
        vote.Voter.TryWriteBytes(target[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], vote.CastAtMicroseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(target[40..], choice);
    }
}
