namespace Votes.LocalCluster;

/// <summary>Finds the servers' programs wherever the distribution puts them.</summary>
public static class ServerBinaries
{
    private const string Advice =
        "Run scripts/install-servers.sh, install the packages postgresql and rabbitmq-server, or use `docker compose up`.";

    /// <summary>The folder with initdb and postgres, of the newest version there is.</summary>
    /// <exception cref="ClusterException">There is none.</exception>
    public static string PostgresFolder() =>
        PostgresFolders().FirstOrDefault(folder => Has(folder, "postgres") && Has(folder, "initdb")) ??
        throw new ClusterException($"PostgreSQL's server is not installed. {Advice}");

    /// <summary>psql: beside the server, or on the PATH.</summary>
    /// <exception cref="ClusterException">There is none.</exception>
    public static string Psql()
    {
        var folder = PostgresFolders().FirstOrDefault(folder => Has(folder, "psql")) ??
            throw new ClusterException($"psql is not installed. {Advice}");
        return Path.Combine(folder, "psql");
    }

    /// <summary>
    /// The folder with the scripts rabbitmq-server and rabbitmqctl themselves: those on Debian's PATH are wrappers
    /// that insist on one account and one place.
    /// </summary>
    /// <exception cref="ClusterException">There is none.</exception>
    public static string RabbitMqFolder() =>
        RabbitMqFolders().FirstOrDefault(IsRabbitMq) ??
        throw new ClusterException($"RabbitMQ's server is not installed. {Advice}");

    /// <summary>Erlang's port mapper.</summary>
    /// <exception cref="ClusterException">There is none.</exception>
    public static string Epmd()
    {
        var folder = SearchPath().Concat(["/usr/lib/erlang/bin", "/usr/local/lib/erlang/bin", "/usr/lib64/erlang/bin"])
            .Concat(Below("/usr/lib/erlang", "erts-*").Select(folder => Path.Combine(folder, "bin")))
            .FirstOrDefault(folder => Has(folder, "epmd")) ??
            throw new ClusterException($"Erlang's epmd is not installed. {Advice}");
        return Path.Combine(folder, "epmd");
    }

    private static IEnumerable<string> PostgresFolders() =>
        Below("/usr/lib/postgresql", "*").Concat(Below("/usr", "pgsql-*"))
            .OrderByDescending(folder => Version(Path.GetFileName(folder).Replace("pgsql-", "", StringComparison.Ordinal)))
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat(SearchPath())
            .Append("/usr/local/pgsql/bin");

    private static IEnumerable<string> RabbitMqFolders() =>
        Below("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").Select(folder => Path.Combine(folder, "sbin"))
            .Prepend("/usr/lib/rabbitmq/bin")
            .Concat(SearchPath().Select(folder => Target(Path.Combine(folder, "rabbitmq-server"))))
            .Concat(["/opt/rabbitmq/sbin", "/usr/local/sbin"]);

    // rabbitmq-env lies beside the real script, and not beside a wrapper.
    private static bool IsRabbitMq(string folder) =>
        Has(folder, "rabbitmq-server") && Has(folder, "rabbitmqctl") && Has(folder, "rabbitmq-env");

    private static string Target(string file)
    {
        var target = File.Exists(file) ? File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file : file;
        return Path.GetDirectoryName(target)!;
    }

    private static IEnumerable<string> SearchPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin"]);

    private static IEnumerable<string> Below(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, pattern) : [];

    private static bool Has(string folder, string program) => File.Exists(Path.Combine(folder, program));

    private static Version Version(string text) =>
        System.Version.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : text + ".0", out var version)
            ? version
            : new Version(0, 0);
}
