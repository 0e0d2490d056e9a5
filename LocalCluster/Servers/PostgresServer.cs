using System.Globalization;
using Npgsql;

namespace Votes.LocalCluster;

/// <summary>
/// A private PostgreSQL server: own data folder, own port, loopback only, password for everybody. Owns the server
/// process, which outlives this object unless it is stopped.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The superuser's name.</summary>
    public const string Superuser = "postgres";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly PostgresSettings _settings;

    /// <summary>The server of a folder: one that may be running already, or is yet to be started.</summary>
    public PostgresServer(PostgresSettings settings)
    {
        _settings = settings;
        Process = ProcessFile.Read(RecordFile);
    }

    /// <summary>The server's main process as last started; null before the first start.</summary>
    public ProcessMark? Process { get; private set; }

    /// <summary>Whether the server's main process is there.</summary>
    public bool IsRunning => Process is { IsAlive: true };

    /// <summary>The port on the loopback address.</summary>
    public int Port => _settings.Port;

    /// <summary>The file with the server's messages.</summary>
    public string LogFile => _settings.LogFile;

    /// <summary>The superuser's password.</summary>
    public string Password => _settings.Password;

    /// <summary>How a role of this server connects, for Npgsql.</summary>
    public string ConnectionString(string user, string password, string database)
    {
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Username = user,
            Password = password,
            Database = database,
        };
        if (_settings.Tls is { } tls)
        {
            connection.SslMode = SslMode.VerifyFull;
            connection.RootCertificate = tls.CaFile;
        }

        return connection.ConnectionString;
    }

    /// <summary>How the superuser connects, for Npgsql.</summary>
    public string SuperuserConnectionString(string database = "postgres") =>
        ConnectionString(Superuser, _settings.Password, database);

    /// <summary>Starts the server, making its data folder when there is none; returns when it takes connections.</summary>
    /// <exception cref="ClusterException">It did not start; the message carries the end of its log.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsRunning)
            return;
        var account = ServerAccount.Choose();
        var data = await PostgresDataFolder.PrepareAsync(_settings, account, cancellationToken);
        Process = DetachedProcess.Start(
            [.. account.Prefix, Path.Combine(ServerBinaries.PostgresFolder(), "postgres"), "-D", data],
            new Dictionary<string, string?>
            {
                ["HOME"] = data,
                ["LC_ALL"] = "C",
                ["PGDATA"] = null,
                ["PGPORT"] = null,
            },
            _settings.LogFile);
        ProcessFile.Write(RecordFile, Process);
        if (!await Poll.UntilAsync(AnswersOrIsGoneAsync, StartLimit, PollInterval, cancellationToken) || !IsRunning)
        {
            throw new ClusterException(
                $"PostgreSQL did not start on port {Port}. The end of {_settings.LogFile}:\n" +
                LogFileTail());
        }
    }

    /// <summary>Ends all connections and stops the server in order.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Process is null)
            return;
        // One that stands still would take no notice.
        Resume();
        // "Fast" first; a server that still runs then gets killed with all of its processes.
        if (!Process.Send(Signal.Interrupt) || await Process.WaitForExitAsync(StopLimit, cancellationToken))
            return;
        await KillAsync(cancellationToken);
    }

    /// <summary>Kills the server with SIGKILL, as a crash of the machine would: nothing is written any more.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (Process is null)
            return;
        // The main process first, so that it does not tidy up; then its children, which hold the shared memory that a
        // new start would wait for.
        var children = Process.Children();
        await DetachedProcess.KillAsync(Process, cancellationToken);
        foreach (var child in children)
            await DetachedProcess.KillAsync(child, cancellationToken);
    }

    /// <summary>
    /// PostgreSQL's own "immediate" stop: all processes end at once, and the next start recovers as after a crash.
    /// </summary>
    public async Task StopImmediatelyAsync(CancellationToken cancellationToken)
    {
        if (Process is null)
            return;
        Resume();
        if (!Process.Send(Signal.Quit) || await Process.WaitForExitAsync(StopLimit, cancellationToken))
            return;
        await KillAsync(cancellationToken);
    }

    /// <summary>Makes the server stand still with all of its processes (SIGSTOP); false when it is gone.</summary>
    public bool Pause()
    {
        // The main process first: it makes the others.
        if (Process is null || !Process.Send(Signal.Stop))
            return false;
        foreach (var child in Process.Children())
            child.Send(Signal.Stop);
        return true;
    }

    /// <summary>Lets the server go on after <see cref="Pause" />; false when it is gone.</summary>
    public bool Resume()
    {
        if (Process is null)
            return false;
        foreach (var child in Process.Children())
            child.Send(Signal.Continue);
        return Process.Send(Signal.Continue);
    }

    /// <summary>Stops the server in order, and starts it on the same port.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        await StartAsync(cancellationToken);
    }

    /// <summary>Makes a standby a server of its own; returns when it takes writes.</summary>
    /// <exception cref="NpgsqlException">It does not run, or is no standby.</exception>
    public async Task PromoteAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(SuperuserConnectionString() + ";Pooling=false");
        await using var promote = source.CreateCommand("select pg_promote(wait => true)");
        await promote.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs a psql script with the superuser's rights.</summary>
    /// <param name="script">The file.</param>
    /// <param name="variables">Environment variables for its \getenv; secrets here are out of others' sight.</param>
    /// <param name="cancellationToken">Ends psql.</param>
    /// <exception cref="ClusterException">A statement failed; the message carries what psql wrote.</exception>
    public async Task RunScriptAsync(
        string script, IReadOnlyDictionary<string, string?> variables, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string?>(variables)
        {
            ["PGHOST"] = "127.0.0.1",
            ["PGPORT"] = Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = Superuser,
            ["PGPASSWORD"] = _settings.Password,
            ["PGDATABASE"] = "postgres",
            ["PGOPTIONS"] = null,
            ["PGSERVICE"] = null,
        };
        await Command.RunOrThrowAsync(
            [ServerBinaries.Psql(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"], environment,
            await File.ReadAllTextAsync(script, cancellationToken), StartLimit, cancellationToken);
    }

    /// <summary>Removes the data of this server, which must not be running.</summary>
    public void DeleteData() => PostgresDataFolder.Delete(_settings.Folder);

    /// <summary>Stops the server.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private string RecordFile => Path.Combine(_settings.Folder, "server" + ProcessFile.Extension);

    private string LogFileTail() => LocalCluster.LogFile.Tail(_settings.LogFile, 25);

    private async Task<bool> AnswersOrIsGoneAsync(CancellationToken cancellationToken)
    {
        if (!IsRunning)
            return true;
        try
        {
            await using var connection = new NpgsqlConnection(
                SuperuserConnectionString() + ";Pooling=false;Timeout=5");
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            // It does not listen yet, or is still recovering.
            return false;
        }
    }
}
