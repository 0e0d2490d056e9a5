using Votes.Silo.Schema;
using Xunit;

namespace Votes.Tests.Silo.Schema;

public sealed class SchemaStateTests
{
    private static readonly SchemaScript First = new("0001_first.sql", "select 1;");
    private static readonly SchemaScript Second = new("0002_second.sql", "select 2;");

    [Fact]
    public void Same_scripts_are_complete()
    {
        var state = SchemaState.Compare([First, Second], Journal(First, Second));

        Assert.True(state.IsComplete);
        state.ThrowIfUnusable();
    }

    [Fact]
    public void Empty_journal_lacks_every_script_and_can_be_migrated()
    {
        var state = SchemaState.Compare([Second, First], Journal());

        Assert.Equal([First.Name, Second.Name], state.Missing);
        state.ThrowIfUnusable();
    }

    [Fact]
    public void Script_that_a_later_one_has_overtaken_is_refused()
    {
        var state = SchemaState.Compare([First, Second], Journal(Second));

        Assert.Equal([First.Name], state.Overtaken);
        var exception = Assert.Throws<SchemaException>(state.ThrowIfUnusable);
        Assert.Contains("the next free number", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_script_is_named_before_anything_else()
    {
        var edited = new SchemaScript(First.Name, "select 3;");
        var state = SchemaState.Compare([edited], Journal(First, Second));

        Assert.Equal([Second.Name], state.Unknown);
        Assert.Equal([First.Name], state.Edited);
        var exception = Assert.Throws<SchemaException>(state.ThrowIfUnusable);
        Assert.Contains(Second.Name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_endings_are_no_edit() =>
        Assert.Equal(
            new SchemaScript("0001_a.sql", "select 1;\nselect 2;\n").Checksum,
            new SchemaScript("0001_a.sql", "select 1;\r\nselect 2;\r\n").Checksum);

    [Fact]
    public void Embedded_scripts_are_numbered_from_one_without_a_gap()
    {
        var numbers = SchemaScripts.Embedded.Select(script => int.Parse(script.Name[..4], null));

        Assert.Equal(Enumerable.Range(1, SchemaScripts.Embedded.Count), numbers);
        Assert.Equal("0001_votes.sql", SchemaScripts.Embedded[0].Name);
    }

    private static Dictionary<string, string> Journal(params SchemaScript[] scripts) =>
        scripts.ToDictionary(script => script.Name, script => script.Checksum);
}
