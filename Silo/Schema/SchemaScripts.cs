using System.Text.RegularExpressions;

namespace Votes.Silo.Schema;

/// <summary>The schema scripts that this program was built with: the files of <c>db/</c>.</summary>
public static partial class SchemaScripts
{
    /// <summary>All scripts, in the order in which they run.</summary>
    public static IReadOnlyList<SchemaScript> Embedded { get; } = Load();

    [GeneratedRegex(@"^[0-9]{4}_[a-z0-9_]+\.sql$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ScriptName { get; }

    private static List<SchemaScript> Load()
    {
        var assembly = typeof(SchemaScripts).Assembly;
        var scripts = new List<SchemaScript>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => ScriptName.IsMatch(name)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            scripts.Add(new SchemaScript(name, reader.ReadToEnd()));
        }

        scripts.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return scripts;
    }
}
