namespace Votes.Ingest.VoterKeys;

/// <summary>The database counts votes by voter keys of another secret, or of another form.</summary>
public sealed class VoterKeyMismatchException : Exception
{
    private const string Text =
        "VoterKey:Secret is not the secret that the database's voter keys were made with: with this one, everybody " +
        "who has voted could vote again and be counted twice. Configure the secret that the database was set up with.";

    /// <summary>Creates the exception.</summary>
    public VoterKeyMismatchException()
        : base(Text)
    {
    }

    /// <summary>Creates the exception.</summary>
    public VoterKeyMismatchException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public VoterKeyMismatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The secret is right, and the operator asks for a form that the database's keys do not have.</summary>
    public static VoterKeyMismatchException OtherForm(VoterKey key, VoterKeyForm has, VoterKeyForm wanted)
    {
        var refusal =
            $"VoterKey:Form is {wanted}, and the database's voter keys have the form {has}: people who have voted could vote "
            + $"again and be counted twice. Remove VoterKey:Form, or set it to {has}.";

        // Ids that are their own canonical form, and ASCII is, have the same key in both.
        return (has, wanted) is (VoterKeyForm.Bytes, VoterKeyForm.Nfc)
            ? new(refusal + " To change the form of this database, read docs/OPERATIONS.md (Voter ids in two spellings); the "
                + "owner's statement is: UPDATE voter_key SET fingerprint = "
                + $"'\\x{Convert.ToHexStringLower(key.Fingerprint(wanted))}';")
            : new(refusal + " The form cannot be changed once there are votes.");
    }
}
