using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Votes.LocalCluster;

/// <summary>Where a private PostgreSQL server keeps its data, how it is made, and its configuration.</summary>
internal static class PostgresDataFolder
{
    private const string OwnConfiguration = "votes.conf";
    private const string CertificateFile = "server.crt";
    private const string KeyFile = "server.key";

    private static readonly TimeSpan InitLimit = TimeSpan.FromMinutes(3);

    /// <summary>Returns the data folder, made and configured for this start.</summary>
    public static async Task<string> PrepareAsync(
        PostgresSettings settings, ServerAccount account, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(settings.Folder);
        var parent = await account.CanEnterAsync(settings.Folder, cancellationToken)
            ? settings.Folder
            : Elsewhere(settings.Folder);
        Directory.CreateDirectory(parent);
        await account.GiveAsync(parent, cancellationToken);
        File.SetUnixFileMode(parent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var data = Path.Combine(parent, "data");
        if (!File.Exists(Path.Combine(data, OwnConfiguration)))
        {
            if (settings.StandbyOf is { } primary)
                await CopyAsync(data, parent, primary, account, cancellationToken);
            else
                await InitializeAsync(data, parent, settings, account, cancellationToken);
        }

        if (settings.Tls is { } tls)
            await CopyCertificateAsync(tls, data, account, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(data, OwnConfiguration), Configuration(settings), cancellationToken);
        return data;
    }

    /// <summary>Removes the data of a server that does not run, wherever it is.</summary>
    public static void Delete(string folder)
    {
        foreach (var place in new[] { folder, Elsewhere(folder) })
        {
            if (Directory.Exists(place))
                Directory.Delete(place, recursive: true);
        }
    }

    // The server reads a key only where it is its own account's alone.
    private static async Task CopyCertificateAsync(
        ServerTls tls, string data, ServerAccount account, CancellationToken cancellationToken)
    {
        var key = Path.Combine(data, KeyFile);
        await SecretFile.WriteAsync(key, await File.ReadAllTextAsync(tls.KeyFile, cancellationToken), cancellationToken);
        await account.GiveAsync(key, cancellationToken);
        File.Copy(tls.CertificateFile, Path.Combine(data, CertificateFile), overwrite: true);
        await account.GiveAsync(Path.Combine(data, CertificateFile), cancellationToken);
    }

    // Always the same place for the same folder, so that the data is found again. /var/tmp outlives a reboot.
    private static string Elsewhere(string folder)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(folder))));
        return $"/var/tmp/votes-postgres-{hash.AsSpan(0, 12)}";
    }

    private static async Task InitializeAsync(
        string data, string parent, PostgresSettings settings, ServerAccount account,
        CancellationToken cancellationToken)
    {
        // What an interrupted attempt left is worth nothing: no server has run on it.
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);
        var passwordFile = Path.Combine(parent, "password");
        await SecretFile.WriteAsync(passwordFile, settings.Password, cancellationToken);
        await account.GiveAsync(passwordFile, cancellationToken);
        try
        {
            await Command.RunOrThrowAsync(
                [
                    .. account.Prefix, Path.Combine(ServerBinaries.PostgresFolder(), "initdb"), "--pgdata", data,
                    "--username", PostgresServer.Superuser, "--auth", "scram-sha-256", "--pwfile", passwordFile,
                    "--encoding", "UTF8", "--locale", "C", "--data-checksums",
                ],
                new Dictionary<string, string?> { ["HOME"] = parent, ["LC_ALL"] = "C" }, "", InitLimit,
                cancellationToken);
        }
        finally
        {
            File.Delete(passwordFile);
        }

        await File.AppendAllTextAsync(
            Path.Combine(data, "postgresql.conf"), $"\ninclude '{OwnConfiguration}'\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(data, OwnConfiguration), "", cancellationToken);
        await account.GiveAsync(data, cancellationToken);
    }

    // A copy of a running server that follows it: -R writes the connection and the mark of a standby into the folder. The
    // password is in the file of the copy, which is its account's alone.
    private static async Task CopyAsync(
        string data, string parent, PostgresServer primary, ServerAccount account, CancellationToken cancellationToken)
    {
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);
        await Command.RunOrThrowAsync(
            [
                .. account.Prefix, Path.Combine(ServerBinaries.PostgresFolder(), "pg_basebackup"), "--pgdata", data,
                "--host", "127.0.0.1", "--port", primary.Port.ToString(CultureInfo.InvariantCulture),
                "--username", PostgresServer.Superuser, "--no-password", "--wal-method", "stream", "--checkpoint", "fast",
                "--write-recovery-conf",
            ],
            new Dictionary<string, string?> { ["HOME"] = parent, ["LC_ALL"] = "C", ["PGPASSWORD"] = primary.Password },
            "", InitLimit, cancellationToken);
    }

    // An acked vote must outlive a crash, so fsync and synchronous_commit stay on; the rest makes checkpoints rare, and the
    // whole pages that the log takes after one small: with lz4, which all packaged servers have, and not with pglz, whose
    // compression was a fifth of the server's CPU while votes came in on an audit of 20 million.
    private static string Configuration(PostgresSettings settings) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # Written at each start; changes here are lost.
        listen_addresses = '127.0.0.1'
        port = {settings.Port}
        unix_socket_directories = ''
        password_encryption = 'scram-sha-256'
        max_connections = {settings.MaxConnections}
        shared_buffers = {settings.SharedBuffersMegabytes}MB
        fsync = on
        synchronous_commit = on
        full_page_writes = on
        wal_compression = lz4
        max_wal_size = {settings.MaxWalMegabytes}MB
        checkpoint_timeout = 15min
        checkpoint_completion_target = 0.9
        random_page_cost = 1.1
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_line_prefix = '%m [%p] %q%u@%d '
        log_checkpoints = on
        log_lock_waits = on
        ssl = {(settings.Tls is null ? "off" : "on")}
        track_commit_timestamp = {(settings.TrackCommitTimestamps ? "on" : "off")}

        """);
}
