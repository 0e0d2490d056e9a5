using System.Security.Cryptography;
using System.Text;

namespace Votes.Silo.Schema;

/// <summary>One numbered, forward-only script of the database's schema.</summary>
public sealed record SchemaScript
{
    /// <summary>Creates a script.</summary>
    /// <param name="name">The file's name, such as <c>0001_votes.sql</c>; scripts run in this order.</param>
    /// <param name="text">The SQL.</param>
    public SchemaScript(string name, string text)
    {
        Name = name;
        // A checkout may write other line endings; that is no edit.
        Text = text.ReplaceLineEndings("\n");
        Checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>The SQL, lines ending in a line feed.</summary>
    public string Text { get; }

    /// <summary>SHA-256 of the text, in hexadecimal: tells a released script that somebody edited.</summary>
    public string Checksum { get; }
}
