namespace Votes.Ingest.VoterKeys;

/// <summary>What of a vote its voter's key is made of. All processes of a database use one form, for ever.</summary>
public enum VoterKeyForm
{
    /// <summary>The bytes of the voter id, as they came: databases of version 1.</summary>
    Bytes = 1,

    /// <summary>The voter id in its composed canonical form (NFC), so that two spellings of one id are one voter.</summary>
    Nfc = 2,

    /// <summary>The law, and the voter id as NFC: the keys of one voter on two laws cannot be matched. For new databases.</summary>
    NfcPerLaw = 3,
}
