namespace Votes.Silo.Schema;

/// <summary>How a database's schema stands to the scripts that a program knows. Pure: what was read decides.</summary>
/// <param name="Missing">Known scripts that the database has not had yet, in order.</param>
/// <param name="Unknown">Scripts that the database has had and the program does not know, in order.</param>
/// <param name="Edited">Known scripts whose text is not what the database has had, in order.</param>
/// <param name="Overtaken">Missing scripts that sort before one that the database has had, in order.</param>
public sealed record SchemaState(
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unknown,
    IReadOnlyList<string> Edited,
    IReadOnlyList<string> Overtaken)
{
    /// <summary>True where the database has had every script that the program knows.</summary>
    public bool IsComplete => Missing.Count == 0;

    /// <summary>Compares.</summary>
    /// <param name="known">The program's scripts.</param>
    /// <param name="journal">The checksums of the scripts that the database has had, by script name.</param>
    public static SchemaState Compare(
        IReadOnlyList<SchemaScript> known, IReadOnlyDictionary<string, string> journal)
    {
        var names = known.Select(script => script.Name).ToHashSet(StringComparer.Ordinal);
        var last = journal.Keys.Max(StringComparer.Ordinal);
        var missing = InOrder(names.Where(name => !journal.ContainsKey(name)));
        return new SchemaState(
            missing,
            InOrder(journal.Keys.Where(name => !names.Contains(name))),
            InOrder(known.Where(script => journal.TryGetValue(script.Name, out var had) && had != script.Checksum)
                .Select(script => script.Name)),
            [.. missing.Where(name => string.CompareOrdinal(name, last) < 0)]);
    }

    /// <summary>Refuses a schema that no migration by this program, and no wait, can make right.</summary>
    /// <exception cref="SchemaException">The schema is newer, or a released script was edited or overtaken.</exception>
    public void ThrowIfUnusable()
    {
        if (Unknown.Count > 0)
        {
            throw new SchemaException(
                $"The database's schema is newer than this program, which does not know {List(Unknown)}. "
                + "Start the release that brought the schema, or a later one.");
        }

        if (Edited.Count > 0)
        {
            throw new SchemaException(
                $"The database has had {List(Edited)} with another text than this program holds. "
                + "A released script is never edited: undo the edit and write a new script.");
        }

        if (Overtaken.Count > 0)
        {
            throw new SchemaException(
                $"The database has had later scripts than {List(Overtaken)}, which it lacks. "
                + "Scripts only go forward: give the new script the next free number.");
        }
    }

    internal static string List(IEnumerable<string> names) => string.Join(", ", names);

    private static List<string> InOrder(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];
}
