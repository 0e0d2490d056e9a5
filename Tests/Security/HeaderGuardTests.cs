using System.Buffers.Binary;
using System.Text;
using Votes.Security.Amqp;
using Xunit;

namespace Votes.Tests.Security;

/// <summary>What a client library is handed of the frames that a broker sends.</summary>
public sealed class HeaderGuardTests
{
    private const byte MethodFrame = 1;
    private const byte HeaderFrame = 2;
    private const byte BodyFrame = 3;

    [Theory]
    [InlineData(HeaderGuard.MaxDepth - 2, false)]
    [InlineData(HeaderGuard.MaxDepth - 1, false)]
    [InlineData(HeaderGuard.MaxDepth, true)]
    [InlineData(25_000, true)]
    public void What_nests_deeper_than_the_limit_becomes_a_string(int levels, bool isChanged)
    {
        foreach (var isTable in new[] { false, true })
        {
            var frame = Headers(Nested(levels, isTable));
            var passed = Pass(frame, frame.Length);

            Assert.Equal(isChanged ? 1 : 0, Differences(frame, passed));
            Assert.Equal(Math.Min(levels + 1, HeaderGuard.MaxDepth), DepthOf(passed));
            Assert.Equal(passed, PassInPieces(frame, 1));
            Assert.Equal(passed, PassInPieces(frame, 4_093));
        }
    }

    [Fact]
    public void Fields_behind_nested_ones_are_read_at_their_own_level()
    {
        // Were the level not left with its end, these would be taken for ever deeper ones.
        var frame = Headers([.. Enumerable.Repeat(Nested(HeaderGuard.MaxDepth - 1, isTable: false), 50).SelectMany(static x => x)]);

        Assert.Equal(frame, Pass(frame, frame.Length));
    }

    [Fact]
    public void Integer_of_type_L_becomes_one_that_the_library_knows()
    {
        var frame = Headers(Entry("n", [(byte)'L', .. new byte[7], 5]));

        Assert.Equal(Headers(Entry("n", [(byte)'l', .. new byte[7], 5])), PassInPieces(frame, 1));
    }

    [Theory]
    [InlineData(28, 28)]
    [InlineData(29, 28)]
    [InlineData(255, 28)]
    public void Decimal_has_no_more_places_than_the_library_can_read(byte places, byte read)
    {
        var frame = Headers(Entry("d", [(byte)'D', places, 0, 0, 0, 1]));

        Assert.Equal(Headers(Entry("d", [(byte)'D', read, 0, 0, 0, 1])), PassInPieces(frame, 3));
    }

    [Fact]
    public void All_else_passes_as_it_came()
    {
        byte[] fields =
        [
            .. Entry("S", [(byte)'S', 0, 0, 0, 2, (byte)'A', (byte)'F']), .. Entry("x", [(byte)'x', 0, 0, 0, 1, (byte)'L']),
            .. Entry("I", [(byte)'I', 1, 2, 3, 4]), .. Entry("i", [(byte)'i', 1, 2, 3, 4]), .. Entry("t", [(byte)'t', 1]),
            .. Entry("b", [(byte)'b', 1]), .. Entry("B", [(byte)'B', 1]), .. Entry("s", [(byte)'s', 1, 1]),
            .. Entry("u", [(byte)'u', 1, 1]), .. Entry("l", [(byte)'l', 1, 2, 3, 4, 5, 6, 7, 8]), .. Entry("f", [(byte)'f', 1, 2, 3, 4]),
            .. Entry("d", [(byte)'d', 1, 2, 3, 4, 5, 6, 7, 8]), .. Entry("T", [(byte)'T', 1, 2, 3, 4, 5, 6, 7, 8]),
            .. Entry("V", [(byte)'V']), .. Entry("D", [(byte)'D', 2, 0, 0, 0, 1]), .. Entry("A", [(byte)'A', 0, 0, 0, 0]),
            .. Entry("", [(byte)'F', 0, 0, 0, 0]), .. Nested(3, isTable: true),
        ];
        byte[] stream =
        [
            .. Frame(MethodFrame, "DALF"u8), .. Headers(fields), .. Frame(BodyFrame, Enumerable.Repeat((byte)'L', 70_000).ToArray()),
            .. Frame(8, []), .. Frame(HeaderFrame, new byte[14]), .. Headers([]), .. Headers(fields, "text/plain", "gzip"),
        ];

        Assert.Equal(stream, Pass(stream, stream.Length));
        Assert.All(new[] { 1, 2, 3, 5, 7, 13, 64, 4_096 }, size => Assert.Equal(stream, PassInPieces(stream, size)));
    }

    [Fact]
    public void Content_type_and_encoding_stand_before_the_headers()
    {
        var frame = Headers(Entry("n", [(byte)'L', .. new byte[8]]), "text/plain", "gzip");

        Assert.Equal(Headers(Entry("n", [(byte)'l', .. new byte[8]]), "text/plain", "gzip"), PassInPieces(frame, 1));
        frame = Headers(Entry("n", [(byte)'L', .. new byte[8]]), encoding: "LLLL");
        Assert.Equal(Headers(Entry("n", [(byte)'l', .. new byte[8]]), encoding: "LLLL"), PassInPieces(frame, 1));
    }

    [Fact]
    public void Frame_after_one_that_is_broken_is_guarded_all_the_same()
    {
        var good = Headers(Entry("n", [(byte)'L', .. new byte[8]]));
        var mended = Headers(Entry("n", [(byte)'l', .. new byte[8]]));
        var whole = Headers([.. Nested(20, isTable: true), .. Entry("n", [(byte)'S', 0, 0, 0, 1, 1])]);
        for (var length = 1; length < whole.Length - 8; length++)
        {
            // Cut short anywhere, and of a type that nobody knows.
            var broken = Frame(HeaderFrame, whole.AsSpan(7, length));
            Assert.Equal(mended, PassInPieces([.. broken, .. good], 1)[broken.Length..]);
            broken[^2] = (byte)'?';
            Assert.Equal(mended, Pass([.. broken, .. good], int.MaxValue)[broken.Length..]);
        }
    }

    [Fact]
    public void Any_bytes_are_taken_in_any_pieces_alike()
    {
        var random = new Random(17);
        for (var run = 0; run < 300; run++)
        {
            // Bytes of few kinds, so that many are types, lengths and flags.
            var payload = new byte[random.Next(14, 400)];
            for (var at = 0; at < payload.Length; at++)
            {
                payload[at] = "\0\0\0\u0001\u0005\u0020\u0030AFSxDLlVtI"u8[random.Next(17)];
            }

            payload[12] = 0x20;
            byte[] stream = [.. Frame(HeaderFrame, payload), .. Frame(HeaderFrame, payload)];
            Assert.Equal(Pass(stream, stream.Length), PassInPieces(stream, random.Next(1, 50)));
        }
    }

    private static byte[] Pass(byte[] stream, int size) => PassInPieces(stream, size);

    private static byte[] PassInPieces(byte[] stream, int size)
    {
        var copy = stream.ToArray();
        var guard = new HeaderGuard();
        for (var at = 0; at < copy.Length; at += Math.Min(size, copy.Length - at))
        {
            guard.Pass(copy.AsSpan(at, Math.Min(size, copy.Length - at)));
        }

        return copy;
    }

    private static int Differences(byte[] one, byte[] other) => one.Zip(other).Count(static pair => pair.First != pair.Second);

    private static byte[] Frame(byte type, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[7 + payload.Length + 1];
        frame[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(3), payload.Length);
        payload.CopyTo(frame.AsSpan(7));
        frame[^1] = 0xCE;
        return frame;
    }

    private static byte[] Headers(byte[] entries, string? contentType = null, string? encoding = null)
    {
        var flags = 0x3000 | (contentType is null ? 0 : 0x8000) | (encoding is null ? 0 : 0x4000);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, entries.Length);
        return Frame(HeaderFrame,
        [
            0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, (byte)(flags >> 8), (byte)flags,
            .. ShortText(contentType), .. ShortText(encoding), .. length, .. entries, 2,
        ]);
    }

    private static byte[] ShortText(string? text) => text is null ? [] : [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Entry(string name, ReadOnlySpan<byte> field) =>
        [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. field];

    /// <summary>One entry whose value is so many arrays or tables in each other.</summary>
    private static byte[] Nested(int levels, bool isTable)
    {
        var each = isTable ? 6 : 5;
        var field = new byte[(levels * each) - (isTable ? 1 : 0)];
        for (var at = 0; at < field.Length; at += each)
        {
            field[at] = isTable ? (byte)'F' : (byte)'A';
            BinaryPrimitives.WriteInt32BigEndian(field.AsSpan(at + 1), field.Length - at - 5);
        }

        return Entry("k", field);
    }

    /// <summary>How deep the tables and arrays of a frame of <see cref="Nested"/> are, the headers among them.</summary>
    private static int DepthOf(byte[] frame)
    {
        var at = 7 + 14 + 4 + 2;
        var depth = 1;
        while (frame[at] is (byte)'A' or (byte)'F')
        {
            depth++;
            if (BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(at + 1)) == 0)
            {
                break;
            }

            at += frame[at] == (byte)'F' ? 6 : 5;
        }

        return depth;
    }
}
