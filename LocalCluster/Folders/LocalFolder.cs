using System.Globalization;

namespace Votes.LocalCluster;

/// <summary>The folder that holds everything a local cluster writes: data, logs, secrets, and what runs.</summary>
public sealed class LocalFolder
{
    private const string OwnerFile = "owner.json";
    private const string LockFile = "lock";
    private const string TestPrefix = "test-";

    private static int _tests;

    /// <summary>The folder at a path; it need not exist yet.</summary>
    public LocalFolder(string path) => Root = Path.GetFullPath(path);

    /// <summary>The folder itself.</summary>
    public string Root { get; }

    /// <summary>The database's data.</summary>
    public string Postgres => Path.Combine(Root, "postgres");

    /// <summary>The broker's data.</summary>
    public string RabbitMq => Path.Combine(Root, "rabbitmq");

    /// <summary>Passwords and keys, one a file, each its owner's alone.</summary>
    public string Secrets => Path.Combine(Root, "secrets");

    /// <summary>Which silos and Ingests run.</summary>
    public string Run => Path.Combine(Root, "run");

    /// <summary>Ports and names of the cluster's parts.</summary>
    public string StateFile => Path.Combine(Root, "cluster.json");

    /// <summary>Addresses for clients, as KEY=value lines.</summary>
    public string EndpointsFile => Path.Combine(Root, "endpoints.env");

    /// <summary>The logs, one a process.</summary>
    public string Logs => Path.Combine(Root, "logs");

    /// <summary>The log file of one process.</summary>
    public string Log(string name) => Path.Combine(Logs, name + ".log");

    /// <summary>The file that puts a silo or an Ingest on record.</summary>
    public string ProcessOf(string name) => Path.Combine(Run, name + ProcessFile.Extension);

    /// <summary>The folder of `make up` and `make demo`: .local at the top of the repository.</summary>
    public static LocalFolder Default() => new(Path.Combine(Repository.Root, ".local"));

    /// <summary>
    /// A new folder for a test run, below .local. Once this process has ended, the next test run removes what it left
    /// there, processes included.
    /// </summary>
    public static LocalFolder ForTests(string name)
    {
        var number = Interlocked.Increment(ref _tests);
        var folder = new LocalFolder(Path.Combine(
            Default().Root,
            string.Create(CultureInfo.InvariantCulture, $"{TestPrefix}{Environment.ProcessId}-{number}-{name}")));
        folder.Delete();
        folder.Own();
        return folder;
    }

    /// <summary>Puts it on record that this process uses the folder.</summary>
    public void Own() => ProcessFile.Write(Path.Combine(Root, OwnerFile), ProcessMark.Current);

    /// <summary>Removes what killed test runs left, processes included; runs that go on now are left alone.</summary>
    public static async Task RemoveLeftoversOfTestsAsync(CancellationToken cancellationToken)
    {
        var root = Default().Root;
        if (!Directory.Exists(root))
            return;
        foreach (var path in Directory.EnumerateDirectories(root, TestPrefix + "*"))
        {
            if (ProcessFile.Read(Path.Combine(path, OwnerFile)) is { IsAlive: false })
                await new LocalFolder(path).KillAndDeleteAsync(cancellationToken);
        }
    }

    /// <summary>Keeps every other process from changing this folder's cluster until the lock is disposed.</summary>
    /// <exception cref="ClusterException">Another process has the lock.</exception>
    public IDisposable Lock()
    {
        Directory.CreateDirectory(Root);
        try
        {
            // The system lets go of it when this process ends, in whatever way.
            return new FileStream(
                Path.Combine(Root, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new ClusterException(
                $"Another command is working on the cluster in {Root}; wait for it, or end it.", error);
        }
    }

    /// <summary>Kills every process on record here, and removes the folder.</summary>
    public async Task KillAndDeleteAsync(CancellationToken cancellationToken)
    {
        await KillAllAsync(cancellationToken);
        Delete();
    }

    /// <summary>Kills every process on record here that still runs; returns how many there were.</summary>
    public async Task<int> KillAllAsync(CancellationToken cancellationToken)
    {
        var processes = ProcessFile.Alive(Root);
        foreach (var process in processes)
        {
            // The database's processes have no record of their own, and hold its memory while they live.
            var children = process.Children();
            await DetachedProcess.KillAsync(process, cancellationToken);
            foreach (var child in children)
                await DetachedProcess.KillAsync(child, cancellationToken);
        }

        return processes.Count;
    }

    /// <summary>
    /// Copies the logs to a folder beside this one, where they stay when this one is removed. Nothing need be stopped.
    /// </summary>
    /// <param name="name">Which of the copies it is; a copy of that name is replaced.</param>
    /// <returns>Where the copy is; null where there are no logs.</returns>
    public string? KeepLogs(string name)
    {
        if (!Directory.Exists(Logs))
            return null;
        var kept = Path.Combine(Root + "-kept", name);
        if (Directory.Exists(kept))
            Directory.Delete(kept, recursive: true);
        Directory.CreateDirectory(kept);
        foreach (var log in Directory.EnumerateFiles(Logs))
            File.Copy(log, Path.Combine(kept, Path.GetFileName(log)));
        return kept;
    }

    /// <summary>Removes the folder, with the data that lies elsewhere for it; nothing in it may be running.</summary>
    public void Delete()
    {
        PostgresDataFolder.Delete(Postgres);
        if (!Directory.Exists(Root))
            return;
        // Clusters of the drill and of tests have folders below this one.
        foreach (var below in Directory.EnumerateDirectories(Root))
            PostgresDataFolder.Delete(new LocalFolder(below).Postgres);
        Directory.Delete(Root, recursive: true);
    }
}
