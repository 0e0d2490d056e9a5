using System.Net;

namespace Votes.LocalCluster;

/// <summary>One silo or Ingest as a process of its own, which outlives this object unless it is stopped.</summary>
public sealed class ServiceProcess
{
    private const int TailLines = 30;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly LocalFolder _folder;
    private readonly string _program;
    private readonly IReadOnlyDictionary<string, string?> _variables;

    /// <summary>The process of a part of the cluster: one that may be running already, or is yet to be started.</summary>
    /// <param name="folder">The cluster's folder: log and record are there.</param>
    /// <param name="address">Which part, and its ports.</param>
    /// <param name="program">The program, a .dll.</param>
    /// <param name="variables">Its configuration, as environment variables.</param>
    public ServiceProcess(
        LocalFolder folder, ServiceAddress address, string program, IReadOnlyDictionary<string, string?> variables)
    {
        _folder = folder;
        _program = program;
        _variables = variables;
        Address = address;
        Process = ProcessFile.Read(folder.ProcessOf(address.Name));
    }

    /// <summary>Which part of the cluster it is, and its ports.</summary>
    public ServiceAddress Address { get; }

    /// <summary>Such as silo-1.</summary>
    public string Name => Address.Name;

    /// <summary>The process as last started; null before the first start.</summary>
    public ProcessMark? Process { get; private set; }

    /// <summary>Whether the process is there.</summary>
    public bool IsRunning => Process is { IsAlive: true };

    /// <summary>The file that its output is appended to.</summary>
    public string LogFile => _folder.Log(Name);

    /// <summary>Starts the process and returns at once; nothing when it runs already.</summary>
    public void Start()
    {
        if (IsRunning)
            return;
        // The folder of the program, because appsettings.json is looked for in the current one.
        Process = DetachedProcess.Start(
            [Repository.DotNet, _program], _variables, LogFile, Path.GetDirectoryName(_program)!);
        ProcessFile.Write(_folder.ProcessOf(Name), Process);
    }

    /// <summary>Waits until the process says that it is ready.</summary>
    /// <exception cref="ClusterException">
    /// It ended, or was not ready within the limit; the message carries the end of its log.
    /// </exception>
    public async Task WaitUntilReadyAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var ready = await Poll.UntilAsync(
            async token => !IsRunning || await IsReadyAsync(token), limit, PollInterval, cancellationToken);
        if (ready && IsRunning)
            return;
        var what = IsRunning ? $"was not ready within {limit.TotalSeconds:0} seconds" : "ended before it was ready";
        throw new ClusterException(
            $"{Name} {what}. The end of {LogFile}:\n{LocalCluster.LogFile.Tail(LogFile, TailLines)}");
    }

    /// <summary>Whether the process answers on /health/ready that it is ready.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri($"{Address.Http}/health/ready"), cancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It took the connection and did not answer in time: alive, and not ready.
            return false;
        }
    }

    /// <summary>Asks the process to stop, and kills it after the limit; true when it went by itself.</summary>
    public async Task<bool> StopAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        Process is null || await DetachedProcess.StopAsync(Process, Signal.Terminate, limit, cancellationToken);

    /// <summary>Kills the process with SIGKILL, and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (Process is not null)
            await DetachedProcess.KillAsync(Process, cancellationToken);
    }

    /// <summary>Makes the process stand still (SIGSTOP); false when it is gone.</summary>
    public bool Pause() => Process is not null && Process.Send(Signal.Stop);

    /// <summary>Lets the process go on after <see cref="Pause" />; false when it is gone.</summary>
    public bool Resume() => Process is not null && Process.Send(Signal.Continue);
}
