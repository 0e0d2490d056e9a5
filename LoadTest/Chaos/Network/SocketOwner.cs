using System.Globalization;

namespace Votes.LoadTest.Chaos.Network;

/// <summary>Tells which process of this machine has a connection open, by the port that the connection comes from.</summary>
internal static class SocketOwner
{
    private const int LocalAddressField = 1;
    private const int InodeField = 9;

    private static readonly string[] Tables = ["tcp", "tcp6"];

    /// <summary>Whether a process has a TCP connection (IPv4, or IPv4 mapped to IPv6) with this local port.</summary>
    public static bool Has(int pid, int localPort)
    {
        var sockets = Tables.SelectMany(table => Inodes(pid, table, localPort))
            .Select(inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
        try
        {
            return sockets.Count > 0 && new DirectoryInfo($"/proc/{pid}/fd").EnumerateFiles()
                .Any(file => file.LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The process has ended, and has no connections.
            return false;
        }
    }

    private static IEnumerable<string> Inodes(int pid, string table, int localPort)
    {
        var file = $"/proc/{pid}/net/{table}";
        if (!File.Exists(file))
            yield break;
        var wanted = ":" + localPort.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines(file).Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > InodeField && fields[LocalAddressField].EndsWith(wanted, StringComparison.Ordinal))
                yield return fields[InodeField];
        }
    }
}
