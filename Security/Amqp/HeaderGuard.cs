using System.Buffers.Binary;

namespace Votes.Security.Amqp;

/// <summary>
/// Makes the headers of messages safe for the client library, in the bytes that a broker sends, before the library reads
/// them. The library reads tables and arrays in each other by recursion without a bound: the levels that fit into one frame
/// overflow a thread's stack, which ends the process. It gives its connection up over two kinds of fields that RabbitMQ takes
/// and delivers, an integer of type L and a decimal of more than 28 places. Either message would come again with each new
/// connection, and end it, for ever.
/// </summary>
/// <remarks>
/// Bytes are changed in place, and their number stays: a table, an array and a string differ by the byte of their type alone.
/// Of one connection, and used by its reader alone.
/// </remarks>
public sealed class HeaderGuard
{
    /// <summary>
    /// How deep tables and arrays stay, the headers themselves being the first; what is deeper becomes a string.
    /// </summary>
    public const int MaxDepth = 16;

    private const int FrameStartBytes = 7;
    private const int FrameEndBytes = 1;
    private const byte HeaderFrame = 2;
    private const int PropertiesStartBytes = 14;
    private const int ContentTypeFlag = 0x8000;
    private const int ContentEncodingFlag = 0x4000;
    private const int HeadersFlag = 0x2000;
    private const int LengthBytes = 4;
    private const byte MostDecimalPlaces = 28;

    // Where each open table or array ends, as the number of the frame's bytes that are left then.
    private readonly long[] _ends = new long[MaxDepth];
    private readonly bool[] _isTable = new bool[MaxDepth];
    private int _depth;

    private Step _step = Step.FrameStart;
    private long _left;
    private long _skip;
    private ulong _collected;
    private int _collectedBytes;
    private int _shortTexts;
    private bool _opensTable;

    private enum Step
    {
        FrameStart,
        PropertiesStart,
        ShortText,
        ContainerLength,
        Field,
        Type,
        StringLength,
        DecimalPlaces,
    }

    /// <summary>Takes the next bytes of the connection, and changes those that the library must not see.</summary>
    public void Pass(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_skip > 0)
            {
                var skipped = (int)Math.Min(_skip, bytes.Length);
                _skip -= skipped;
                _left -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            if (_collectedBytes == 0 && _step == Step.FrameStart && bytes.Length >= FrameStartBytes)
            {
                // These two are nearly all that a message without headers costs.
                StartFrame(bytes[0], BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]));
                bytes = bytes[FrameStartBytes..];
            }
            else if (_collectedBytes == 0 && _step == Step.PropertiesStart && bytes.Length >= PropertiesStartBytes)
            {
                _left -= PropertiesStartBytes;
                StartProperties(BinaryPrimitives.ReadUInt16BigEndian(bytes[(PropertiesStartBytes - sizeof(ushort))..]));
                bytes = bytes[PropertiesStartBytes..];
            }
            else
            {
                Take(ref bytes[0]);
                bytes = bytes[1..];
                EndBrokenFrame();
            }
        }
    }

    private void Take(ref byte next)
    {
        _left--;
        switch (_step)
        {
            case Step.FrameStart:
                if (Collects(next, FrameStartBytes, out var start))
                {
                    StartFrame((byte)(start >> 48), (uint)start);
                }

                break;
            case Step.PropertiesStart:
                if (Collects(next, PropertiesStartBytes, out var properties))
                {
                    StartProperties((int)(properties & 0xFFFF));
                }

                break;
            case Step.ShortText:
                Skip(next, --_shortTexts > 0 ? Step.ShortText : Step.ContainerLength);
                break;
            case Step.ContainerLength:
                if (Collects(next, LengthBytes, out var length))
                {
                    Open((long)length);
                }

                break;
            case Step.Field when !Close():
                // The byte behind the last field: of another property, or the end of the frame.
                EndFrame();
                break;
            case Step.Field when _isTable[_depth - 1]:
                Skip(next, Step.Type);
                break;
            case Step.Field or Step.Type:
                TakeType(ref next);
                break;
            case Step.StringLength:
                if (Collects(next, LengthBytes, out var text))
                {
                    Skip((long)text, Step.Field);
                }

                break;
            case Step.DecimalPlaces:
                // Nothing that can be represented has so many places.
                next = Math.Min(next, MostDecimalPlaces);
                Skip(sizeof(uint), Step.Field);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"There is no step {_step}.");
        }
    }

    private void TakeType(ref byte type)
    {
        switch ((char)type)
        {
            case 'F' or 'A' when _depth == MaxDepth:
                type = (byte)'S';
                _step = Step.StringLength;
                break;
            case 'F' or 'A':
                _opensTable = type == (byte)'F';
                _step = Step.ContainerLength;
                break;
            case 'S' or 'x':
                _step = Step.StringLength;
                break;
            case 'D':
                _step = Step.DecimalPlaces;
                break;
            case 'L':
                // Both are signed, whatever the standard says (https://www.rabbitmq.com/amqp-0-9-1-errata).
                type = (byte)'l';
                Skip(sizeof(long), Step.Field);
                break;
            case 'l' or 'd' or 'T':
                Skip(sizeof(long), Step.Field);
                break;
            case 'I' or 'i' or 'f':
                Skip(sizeof(int), Step.Field);
                break;
            case 's' or 'u':
                Skip(sizeof(short), Step.Field);
                break;
            case 't' or 'b' or 'B':
                Skip(sizeof(byte), Step.Field);
                break;
            case 'V':
                _step = Step.Field;
                break;
            default:
                // Its length is not known; no broker lets one through.
                EndFrame();
                break;
        }
    }

    private void StartFrame(byte type, uint payload)
    {
        _left = (long)payload + FrameEndBytes;
        if (type == HeaderFrame && payload >= PropertiesStartBytes)
        {
            _step = Step.PropertiesStart;
        }
        else
        {
            EndFrame();
        }
    }

    private void StartProperties(int flags)
    {
        if ((flags & HeadersFlag) == 0)
        {
            EndFrame();
            return;
        }

        _depth = 0;
        _opensTable = true;
        _shortTexts = ((flags & ContentTypeFlag) != 0 ? 1 : 0) + ((flags & ContentEncodingFlag) != 0 ? 1 : 0);
        _step = _shortTexts > 0 ? Step.ShortText : Step.ContainerLength;
    }

    private void Open(long length)
    {
        _ends[_depth] = _left - length;
        _isTable[_depth++] = _opensTable;
        _step = Step.Field;
    }

    /// <summary>Closes what ended with the last field; the byte after it was taken already.</summary>
    /// <returns>Whether a table or an array is open still.</returns>
    private bool Close()
    {
        while (_depth > 0 && _left + 1 <= _ends[_depth - 1])
        {
            _depth--;
        }

        return _depth > 0;
    }

    /// <summary>
    /// A frame may end within a number where what is in it is not as it says; the next one is read all the same.
    /// </summary>
    private void EndBrokenFrame()
    {
        if (_left <= 0 && _step != Step.FrameStart)
        {
            (_step, _collected, _collectedBytes) = (Step.FrameStart, 0, 0);
        }
    }

    private void EndFrame() => Skip(_left, Step.FrameStart);

    // A length that says more than there is ends with the frame: the library finds out by itself.
    private void Skip(long bytes, Step then)
    {
        _skip = Math.Min(bytes, _left);
        _step = bytes < _left ? then : Step.FrameStart;
    }

    private bool Collects(byte next, int bytes, out ulong number)
    {
        number = _collected = (_collected << 8) | next;
        if (++_collectedBytes < bytes)
        {
            return false;
        }

        _collected = 0;
        _collectedBytes = 0;
        return true;
    }
}
