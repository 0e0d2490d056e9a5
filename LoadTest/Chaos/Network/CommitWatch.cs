using System.Buffers.Binary;

namespace Votes.LoadTest.Chaos.Network;

/// <summary>
/// Reads what PostgreSQL sends on one connection, in pieces of any size, and tells where it says that a transaction has
/// committed: a CommandComplete of COMMIT, or, where statements without BEGIN were sent in one go, the ReadyForQuery after
/// them, if one of them says that it writes or if there were several: a statement that writes within WITH answers as a
/// SELECT. So does a flush of the tally store, one call of count_votes: it is known by its rows of moved totals.
/// </summary>
internal sealed class CommitWatch
{
    private const int HeaderBytes = 5;
    private const int KeptBytes = 16;
    private const byte DataRow = (byte)'D';
    private const byte CommandComplete = (byte)'C';
    private const byte ErrorResponse = (byte)'E';
    private const byte ReadyForQuery = (byte)'Z';
    private const byte Notice = (byte)'N';
    private const byte Idle = (byte)'I';

    private readonly byte[] _header = new byte[HeaderBytes];
    private readonly byte[] _kept = new byte[KeptBytes];
    private int _headerRead;
    private int _keptRead;
    private int _bodyLeft;
    private bool _anyMessage;
    private int _answers;
    private int _statements;
    private bool _writes;

    /// <summary>Reads on; the number of commits whose answers end in this piece.</summary>
    public int Read(ReadOnlySpan<byte> piece)
    {
        var commits = 0;
        while (piece.Length > 0)
        {
            if (!_anyMessage && _headerRead == 0 && piece[0] == Notice)
            {
                // Not a message, but the answer "no" to the question whether to encrypt; it comes before any message.
                piece = piece[1..];
                continue;
            }

            piece = _headerRead < HeaderBytes ? ReadHeader(piece) : ReadBody(piece);
            if (_headerRead == HeaderBytes && _bodyLeft == 0 && EndMessage())
                commits++;
        }

        return commits;
    }

    private ReadOnlySpan<byte> ReadHeader(ReadOnlySpan<byte> piece)
    {
        var count = Math.Min(HeaderBytes - _headerRead, piece.Length);
        piece[..count].CopyTo(_header.AsSpan(_headerRead));
        _headerRead += count;
        if (_headerRead == HeaderBytes)
        {
            // The length counts itself, and not the type.
            _bodyLeft = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(1)) - sizeof(int));
            _keptRead = 0;
        }

        return piece[count..];
    }

    private ReadOnlySpan<byte> ReadBody(ReadOnlySpan<byte> piece)
    {
        var count = Math.Min(_bodyLeft, piece.Length);
        var kept = Math.Min(KeptBytes - _keptRead, count);
        piece[..kept].CopyTo(_kept.AsSpan(_keptRead));
        _keptRead += kept;
        _bodyLeft -= count;
        return piece[count..];
    }

    private bool EndMessage()
    {
        _headerRead = 0;
        _anyMessage = true;
        switch (_header[0])
        {
            case CommandComplete:
                var tag = _kept.AsSpan(0, _keptRead);
                if (tag.StartsWith("COMMIT\0"u8))
                    return Forget(true);
                _statements++;
                _writes |= tag.StartsWith("INSERT"u8) || tag.StartsWith("UPDATE"u8) || tag.StartsWith("DELETE"u8);
                return false;
            case DataRow:
                // Ten columns, the first of which has five bytes.
                _writes |= _kept.AsSpan(0, _keptRead).StartsWith("\0\u000a\0\0\0\u0005moved"u8);
                return false;
            case ErrorResponse:
                return Forget(false);
            case ReadyForQuery when _keptRead > 0 && _kept[0] == Idle:
                // The first answer follows the login; the second may be the driver's own look at the types.
                _answers++;
                return Forget(_writes || (_statements > 1 && _answers > 2));
            default:
                return false;
        }
    }

    private bool Forget(bool committed)
    {
        (_writes, _statements) = (false, 0);
        return committed;
    }
}
