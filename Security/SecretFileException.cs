namespace Votes.Security;

/// <summary>A secret cannot be read from its file. The message names the settings, never a secret.</summary>
public sealed class SecretFileException(string message, Exception? cause = null)
    : InvalidOperationException(message, cause);
