using System.Buffers.Binary;
using RabbitMQ.Client;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// Headers as bytes that the client library would not write, or not survive writing: for messages that no publisher of ours
/// sends. Persistent, with no other property. Publish them on a channel without confirms: with them the library adds a
/// header, and writes the others by itself.
/// </summary>
internal sealed class HostileHeaders : IReadOnlyBasicProperties, IAmqpHeader
{
    private const ushort BasicClass = 60;
    private const ushort HeadersAndDeliveryMode = (1 << 13) | (1 << 12);
    private const byte Persistently = 2;
    private const int LengthBytes = sizeof(uint);

    private readonly byte[] _table;

    private HostileHeaders(byte[] table) => _table = table;

    public static HostileHeaders Of(string name, ReadOnlySpan<byte> field)
    {
        var table = new byte[LengthBytes + 1 + name.Length + field.Length];
        BinaryPrimitives.WriteUInt32BigEndian(table, (uint)(table.Length - LengthBytes));
        table[LengthBytes] = (byte)name.Length;
        System.Text.Encoding.ASCII.GetBytes(name, table.AsSpan(LengthBytes + 1));
        field.CopyTo(table.AsSpan(LengthBytes + 1 + name.Length));
        return new HostileHeaders(table);
    }

    /// <summary>One header of so many levels: arrays in each other, and after every so many of them a table.</summary>
    public static HostileHeaders Nested(int levels, int tableEach = int.MaxValue)
    {
        const int ArrayBytes = 1 + LengthBytes;
        var tables = (levels - 1) / tableEach;
        var field = new byte[(levels * ArrayBytes) + tables];
        var at = 0;
        for (var level = 1; level <= levels; level++)
        {
            // A table's only entry has the empty name, which is one byte; the innermost level is empty.
            var isTable = level % tableEach == 0 && level < levels;
            field[at++] = isTable ? (byte)'F' : (byte)'A';
            BinaryPrimitives.WriteUInt32BigEndian(field.AsSpan(at), (uint)(field.Length - at - LengthBytes));
            at += LengthBytes + (isTable ? 1 : 0);
        }

        return Of("k", field);
    }

    public string? AppId => null;

    public string? ClusterId => null;

    public string? ContentEncoding => null;

    public string? ContentType => null;

    public string? CorrelationId => null;

    public DeliveryModes DeliveryMode => DeliveryModes.Persistent;

    public string? Expiration => null;

    public IDictionary<string, object?>? Headers => null;

    public string? MessageId => null;

    public bool Persistent => true;

    public byte Priority => 0;

    public string? ReplyTo => null;

    public PublicationAddress? ReplyToAddress => null;

    public AmqpTimestamp Timestamp => default;

    public string? Type => null;

    public string? UserId => null;

    ushort IAmqpHeader.ProtocolClassId => BasicClass;

    public bool IsAppIdPresent() => false;

    public bool IsClusterIdPresent() => false;

    public bool IsContentEncodingPresent() => false;

    public bool IsContentTypePresent() => false;

    public bool IsCorrelationIdPresent() => false;

    public bool IsDeliveryModePresent() => true;

    public bool IsExpirationPresent() => false;

    public bool IsHeadersPresent() => true;

    public bool IsMessageIdPresent() => false;

    public bool IsPriorityPresent() => false;

    public bool IsReplyToPresent() => false;

    public bool IsTimestampPresent() => false;

    public bool IsTypePresent() => false;

    public bool IsUserIdPresent() => false;

    int IAmqpWriteable.GetRequiredBufferSize() => sizeof(ushort) + _table.Length + 1;

    int IAmqpWriteable.WriteTo(Span<byte> span)
    {
        BinaryPrimitives.WriteUInt16BigEndian(span, HeadersAndDeliveryMode);
        _table.CopyTo(span[sizeof(ushort)..]);
        span[sizeof(ushort) + _table.Length] = Persistently;
        return sizeof(ushort) + _table.Length + 1;
    }
}
