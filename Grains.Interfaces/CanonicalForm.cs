using System.Text;

namespace Votes.Grains.Interfaces;

/// <summary>
/// Writes text in the composed canonical form (NFC): the same bytes for texts that Unicode calls canonically equal. Keeps
/// buffers, and is not safe for use by several threads at once.
/// </summary>
/// <param name="maxCharacters">The most characters (Unicode code points) of a text.</param>
public sealed class CanonicalForm(int maxCharacters)
{
    /// <summary>The most bytes of UTF-8 that a text becomes, for each of its characters: U+1D160 becomes three.</summary>
    public const int MostBytesPerCharacter = 12;

    // Hangul syllables: UAX #15 and chapter 3.12 of the standard.
    private const int Syllables = 0xAC00;
    private const int Leads = 0x1100;
    private const int Vowels = 0x1161;
    private const int Trails = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    private readonly CanonicalTables _tables = CanonicalTables.Instance;
    private readonly int[] _characters = new int[maxCharacters * CanonicalTables.LongestDecomposition];
    private int _count;

    /// <summary>Writes the form of a text, which has to be valid UTF-8.</summary>
    /// <returns>The number of bytes written.</returns>
    public int Write(ReadOnlySpan<byte> text, Span<byte> target)
    {
        _count = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var character, out var bytes);
            Decompose(character.Value);
            text = text[bytes..];
        }

        Order();
        Compose();
        var length = 0;
        foreach (var character in _characters.AsSpan(0, _count))
        {
            length += new Rune(character).EncodeToUtf8(target[length..]);
        }

        return length;
    }

    private void Decompose(int character)
    {
        var syllable = character - Syllables;
        if (syllable is >= 0 and < SyllableCount)
        {
            Add(Leads + (syllable / (VowelCount * TrailCount)));
            Add(Vowels + (syllable / TrailCount % VowelCount));
            if (syllable % TrailCount != 0)
            {
                Add(Trails + (syllable % TrailCount));
            }
        }
        else if (_tables.DecompositionOf(character) is { } parts)
        {
            foreach (var part in parts)
            {
                Decompose(part);
            }
        }
        else
        {
            Add(character);
        }
    }

    private void Add(int character) => _characters[_count++] = character;

    /// <summary>Sorts each run of combining characters by class; those of one class keep their order.</summary>
    private void Order()
    {
        for (var i = 1; i < _count; i++)
        {
            var character = _characters[i];
            var @class = _tables.ClassOf(character);
            var place = i;
            while (@class != 0 && place > 0 && _tables.ClassOf(_characters[place - 1]) > @class)
            {
                _characters[place] = _characters[place - 1];
                place--;
            }

            _characters[place] = character;
        }
    }

    private void Compose()
    {
        var written = 0;
        var starter = -1;
        byte lastClass = 0;
        for (var i = 0; i < _count; i++)
        {
            var character = _characters[i];
            var @class = _tables.ClassOf(character);

            // A character of the same or a higher class between the two keeps them apart.
            var reaches = starter >= 0 && (starter == written - 1 || lastClass < @class);
            if (reaches && TryCompose(_characters[starter], character, out var composed))
            {
                _characters[starter] = composed;
                continue;
            }

            if (@class == 0)
            {
                starter = written;
            }

            lastClass = @class;
            _characters[written++] = character;
        }

        _count = written;
    }

    private bool TryCompose(int first, int second, out int composed)
    {
        if (first - Leads is >= 0 and < LeadCount && second - Vowels is >= 0 and < VowelCount)
        {
            composed = Syllables + ((((first - Leads) * VowelCount) + (second - Vowels)) * TrailCount);
            return true;
        }

        var syllable = first - Syllables;
        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0
            && second - Trails is > 0 and < TrailCount)
        {
            composed = first + (second - Trails);
            return true;
        }

        return _tables.TryCompose(first, second, out composed);
    }
}
