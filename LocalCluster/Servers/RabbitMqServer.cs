using System.Globalization;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Votes.Security;

namespace Votes.LocalCluster;

/// <summary>
/// A private RabbitMQ server: own node, own port mapper, own cookie, own user, loopback only. Owns the two processes,
/// which outlive this object unless they are stopped.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    /// <summary>The user that this server is made with, for its owner; may do everything.</summary>
    public const string User = "votes";

    private const string ServerRecord = "server" + ProcessFile.Extension;
    private const string PortMapperRecord = "epmd" + ProcessFile.Extension;
    private const string Node = "votes@localhost";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CallLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly RabbitMqSettings _settings;

    /// <summary>The server of a folder: one that may be running already, or is yet to be started.</summary>
    public RabbitMqServer(RabbitMqSettings settings)
    {
        _settings = settings;
        Process = ProcessFile.Read(In(ServerRecord));
        PortMapper = ProcessFile.Read(In(PortMapperRecord));
    }

    /// <summary>The server's process as last started; null before the first start.</summary>
    public ProcessMark? Process { get; private set; }

    /// <summary>The port mapper's process; null before the first start.</summary>
    public ProcessMark? PortMapper { get; private set; }

    /// <summary>Whether the server's process is there.</summary>
    public bool IsRunning => Process is { IsAlive: true };

    /// <summary>The port for AMQP on the loopback address.</summary>
    public int Port => _settings.Port;

    /// <summary>The file with the server's messages.</summary>
    public string LogFile => _settings.LogFile;

    /// <summary>How the server's owner connects to a virtual host, with all rights.</summary>
    public Uri Uri(string virtualHost = "/") => Uri(User, _settings.Password, virtualHost);

    /// <summary>How an account connects to a virtual host.</summary>
    public Uri Uri(string user, string password, string virtualHost = "/") =>
        new($"{(_settings.Tls is null ? "amqp" : "amqps")}://{user}:{password}@127.0.0.1:{Text(Port)}/" +
            System.Uri.EscapeDataString(virtualHost));

    /// <summary>Starts the server; returns when it takes connections.</summary>
    /// <exception cref="ClusterException">It did not start; the message carries the end of its log.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsRunning)
            return;
        var scripts = ServerBinaries.RabbitMqFolder();
        await WriteFilesAsync(cancellationToken);
        var environment = Variables();
        if (PortMapper is not { IsAlive: true })
        {
            PortMapper = DetachedProcess.Start(
                [ServerBinaries.Epmd(), "-address", "127.0.0.1", "-port", Text(_settings.EpmdPort)],
                environment, _settings.LogFile);
            ProcessFile.Write(In(PortMapperRecord), PortMapper);
        }

        Process = DetachedProcess.Start(
            [Path.Combine(scripts, "rabbitmq-server")], environment, _settings.LogFile);
        ProcessFile.Write(In(ServerRecord), Process);
        if (!await Poll.UntilAsync(AnswersOrIsGoneAsync, StartLimit, PollInterval, cancellationToken) || !IsRunning)
        {
            throw new ClusterException(
                $"RabbitMQ did not start on port {Port}. The end of {_settings.LogFile}:\n" +
                LocalCluster.LogFile.Tail(_settings.LogFile, 25));
        }
    }

    /// <summary>Stops the server in order, and its port mapper.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Process is not null)
            await DetachedProcess.StopAsync(Process, Signal.Terminate, StopLimit, cancellationToken);
        if (PortMapper is not null)
            await DetachedProcess.KillAsync(PortMapper, cancellationToken);
    }

    /// <summary>Kills the server with SIGKILL; its port mapper stays for the next start.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (Process is not null)
            await DetachedProcess.KillAsync(Process, cancellationToken);
    }

    /// <summary>Stops the server in order, and starts it on the same port.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        await StartAsync(cancellationToken);
    }

    /// <summary>Runs rabbitmqctl against this server, and returns what it prints. Takes a second or two.</summary>
    /// <exception cref="ClusterException">It failed; the message carries what it wrote.</exception>
    public Task<string> ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        Command.RunOrThrowAsync(
            [Path.Combine(ServerBinaries.RabbitMqFolder(), "rabbitmqctl"), "--quiet", "-n", Node, .. arguments],
            Variables(), "", CallLimit, cancellationToken);

    /// <summary>
    /// Makes virtual hosts in which the user may do everything. Many at once cost little more than one: each call of
    /// rabbitmqctl takes a second or two.
    /// </summary>
    public async Task AddVirtualHostsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var definitions = In("definitions.json");
        await File.WriteAllTextAsync(
            definitions,
            JsonSerializer.Serialize(new
            {
                vhosts = names.Select(name => new { name }),
                permissions = names.Select(
                    name => new { user = User, vhost = name, configure = ".*", write = ".*", read = ".*" }),
            }),
            cancellationToken);
        await ControlAsync(["import_definitions", definitions], cancellationToken);
    }

    /// <summary>Makes the cluster's accounts and its exchange, unless this server has them from before.</summary>
    public async Task AddAccountsAsync(BrokerAccounts accounts, CancellationToken cancellationToken)
    {
        var (file, made) = (In("accounts.json"), In("accounts.made"));
        var definitions = Path.Combine(Repository.Root, "deploy", "rabbitmq", "definitions.template.json");
        if (File.Exists(made) && await File.ReadAllTextAsync(made, cancellationToken) ==
            await File.ReadAllTextAsync(definitions, cancellationToken))
        {
            return;
        }

        await SecretFile.WriteAsync(file, accounts.Definitions(), cancellationToken);
        await ControlAsync(["import_definitions", file], cancellationToken);
        File.Copy(definitions, made, overwrite: true);
    }

    /// <summary>Removes the data of this server, which must not be running.</summary>
    public void DeleteData()
    {
        if (Directory.Exists(_settings.Folder))
            Directory.Delete(_settings.Folder, recursive: true);
    }

    /// <summary>Stops the server.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task WriteFilesAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_settings.Folder);
        File.SetUnixFileMode(
            _settings.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await SecretFile.PasswordAsync(In(".erlang.cookie"), cancellationToken);
        // Erlang refuses a cookie that anybody else may read, and this file is its owner's alone already.
        await File.WriteAllTextAsync(In("enabled_plugins"), "[].\n", cancellationToken);
        await File.WriteAllTextAsync(In("rabbitmq-env.conf"), "", cancellationToken);
        await SecretFile.WriteAsync(
            In("rabbitmq.conf"),
            $"""
            {Listener()}
            {FrameMax()}
            default_user = {User}
            default_pass = {_settings.Password}
            log.console = true
            log.console.level = info
            log.file = false

            """,
            cancellationToken);
    }

    private string FrameMax() => _settings.FrameMax is { } bytes ? $"frame_max = {Text(bytes)}" : "";

    private string Listener() => _settings.Tls is not { } tls
        ? $"listeners.tcp.1 = 127.0.0.1:{Text(Port)}"
        : $"""
        listeners.tcp = none
        listeners.ssl.1 = 127.0.0.1:{Text(Port)}
        ssl_options.cacertfile = {tls.CaFile}
        ssl_options.certfile = {tls.CertificateFile}
        ssl_options.keyfile = {tls.KeyFile}
        ssl_options.verify = verify_none
        """;

    // The names that RabbitMQ's scripts read. Where a script of the distribution is found first, its own configuration
    // under /etc/rabbitmq stays out of this.
    private Dictionary<string, string?> Variables() => new()
    {
        ["HOME"] = _settings.Folder,
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = Text(_settings.EpmdPort),
        ["RABBITMQ_NODENAME"] = Node,
        ["RABBITMQ_DIST_PORT"] = Text(_settings.DistributionPort),
        ["RABBITMQ_CONF_ENV_FILE"] = In("rabbitmq-env.conf"),
        ["RABBITMQ_CONFIG_FILE"] = In("rabbitmq"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = In("advanced"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = In("data"),
        ["RABBITMQ_LOG_BASE"] = In("log"),
        ["RABBITMQ_PID_FILE"] = In("pid"),
        // Before RabbitMQ 3.12 the process of a quorum queue reads messages through its own heap, and each 46,422 words of
        // them (+hmbs) cost a collection of all that it knows of its messages (github.com/rabbitmq/ra/pull/360).
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+hmbs 1000000 -kernel inet_dist_use_interface {127,0,0,1}",
        ["RABBITMQ_CTL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        // The script then becomes the server, in place of watching over it: SIGKILL has to reach the server itself.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
        ["NOTIFY_SOCKET"] = null,
    };

    private string In(string name) => Path.Combine(_settings.Folder, name);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<bool> AnswersOrIsGoneAsync(CancellationToken cancellationToken)
    {
        if (!IsRunning)
            return true;
        try
        {
            var factory = new ConnectionFactory
            {
                Uri = Uri(),
                Ssl = BrokerTls.For(Uri(), _settings.Tls?.CaFile, nameof(ServerTls.CaFile)),
                AutomaticRecoveryEnabled = false,
            };
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            return true;
        }
        catch (BrokerUnreachableException)
        {
            return false;
        }
    }
}
