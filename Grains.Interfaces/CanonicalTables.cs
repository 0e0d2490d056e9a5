using System.Globalization;

namespace Votes.Grains.Interfaces;

/// <summary>
/// The characters of Unicode 17.0 that compose and decompose, from <c>canonical-forms.txt</c>. The framework's own
/// normalization does nothing without the system's ICU, and with it would follow the ICU of each machine.
/// </summary>
public sealed class CanonicalTables
{
    /// <summary>The most characters that one becomes.</summary>
    public const int LongestDecomposition = 4;

    private const string File = "canonical-forms.txt";

    private static readonly Lazy<CanonicalTables> Loaded = new(static () => new CanonicalTables());

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    private CanonicalTables()
    {
        using var stream = typeof(CanonicalTables).Assembly.GetManifestResourceStream(File)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                Read(line.Split(' '));
            }
        }
    }

    /// <summary>The tables; they are read at their first use.</summary>
    public static CanonicalTables Instance => Loaded.Value;

    /// <summary>The canonical combining class; 0 starts a character that people see.</summary>
    public byte ClassOf(int character) => _classes.GetValueOrDefault(character);

    /// <summary>What a character decomposes into in one step; null where it does not.</summary>
    public int[]? DecompositionOf(int character) => _decompositions.GetValueOrDefault(character);

    /// <summary>Composes two characters into one.</summary>
    public bool TryCompose(int first, int second, out int composed) =>
        _compositions.TryGetValue((first, second), out composed);

    private void Read(string[] words)
    {
        if (words[0] == "class")
        {
            ReadClass(byte.Parse(words[1], CultureInfo.InvariantCulture), words[2..]);
            return;
        }

        var character = Hex(words[0]);
        int[] parts = [.. words[2..].Select(Hex)];
        _decompositions.Add(character, parts);
        if (words[1] == "=")
        {
            _compositions.Add((parts[0], parts[1]), character);
        }
    }

    private void ReadClass(byte @class, string[] ranges)
    {
        foreach (var range in ranges)
        {
            var ends = range.Split('-');
            for (var character = Hex(ends[0]); character <= Hex(ends[^1]); character++)
            {
                _classes.Add(character, @class);
            }
        }
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
