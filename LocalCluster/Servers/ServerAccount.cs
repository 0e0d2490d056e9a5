using System.Globalization;

namespace Votes.LocalCluster;

/// <summary>
/// The account that PostgreSQL runs as. It refuses to run as root, so root lends it another account; everybody else
/// runs it as themselves.
/// </summary>
internal sealed class ServerAccount
{
    // The distribution's own account first; then those that own nothing and exist nearly everywhere.
    private static readonly string[] Candidates = ["postgres", "nobody", "daemon"];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string? _owner;

    private ServerAccount(string? owner, IReadOnlyList<string> prefix)
    {
        _owner = owner;
        Prefix = prefix;
    }

    /// <summary>What to put before a command so that it runs as the account; empty for one's own account.</summary>
    public IReadOnlyList<string> Prefix { get; }

    /// <summary>Chooses the account.</summary>
    /// <exception cref="ClusterException">This is root's process and the machine has no account to lend.</exception>
    public static ServerAccount Choose()
    {
        if (!Environment.IsPrivilegedProcess)
            return new ServerAccount(null, []);
        foreach (var name in Candidates)
        {
            var fields = File.ReadLines("/etc/passwd").Select(line => line.Split(':'))
                .FirstOrDefault(fields => fields.Length > 3 && string.Equals(fields[0], name, StringComparison.Ordinal));
            if (fields is not null && int.Parse(fields[2], CultureInfo.InvariantCulture) != 0)
            {
                return new ServerAccount(
                    $"{fields[2]}:{fields[3]}",
                    ["setpriv", "--reuid", fields[2], "--regid", fields[3], "--clear-groups", "--"]);
            }
        }

        throw new ClusterException(
            "PostgreSQL refuses to run as root, and this machine has none of the accounts " +
            $"{string.Join(", ", Candidates)} to run it as. Run this as an ordinary user.");
    }

    /// <summary>Gives a folder, with all that is in it, to the account.</summary>
    public async Task GiveAsync(string folder, CancellationToken cancellationToken)
    {
        if (_owner is not null)
            await Command.RunOrThrowAsync(["chown", "-R", _owner, folder], null, "", Limit, cancellationToken);
    }

    /// <summary>Whether the account may enter a folder: another account may not enter what lies under /root.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken cancellationToken)
    {
        var result = await Command.RunAsync([.. Prefix, "test", "-x", folder], null, "", Limit, cancellationToken);
        return result.ExitCode == 0;
    }
}
